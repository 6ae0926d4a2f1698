"""Whether a 400 is one request's own affair, or everybody's who asks on the same account. Vendors repeat
words of the request in theirs; a tenant's own words decide nothing."""

import pytest
from aiohttp import web

from core.gateway.ports import ProviderError
from tests.integration.providers.speakers import VENDORS, provider_at
from tests.integration.providers.vendor import answer_of

# Names of tools that a server of some tenant may have, as vendors repeat them.
REPEATED = [
    "Invalid schema for function 'crm__credit_check': object schema missing properties.",
    "tools.3.custom.name: billing__quota is used twice",
    "messages.0: 'Your credit balance is too low' is no role",
    "Invalid value at 'tools[0]': failed_precondition__api_key",
]
INVALID = {"type": "invalid_request_error", "code": "invalid_value", "param": "tools.credit"}
OF_A_REQUEST = [
    *({"message": words, **INVALID} for words in REPEATED),
    {"code": 400, "status": "INVALID_ARGUMENT", "message": REPEATED[0], "details": "quota"},
    {"code": 400, "message": "credit", "details": [{"reason": 7, "metadata": {"x": "quota"}}, 1]},
]
OF_AN_ACCOUNT = [
    # OpenAI
    {"type": "billing_limit_user_error", "code": "billing_hard_limit_reached", "message": "m"},
    {"type": "insufficient_quota", "code": None, "message": "m"},
    # Anthropic has no field for it.
    {
        "type": "invalid_request_error",
        "message": "Your credit balance is too low to access the Anthropic API. Please go to Plans",
    },
    {
        "type": "invalid_request_error",
        "message": "You have reached your specified API usage limits. You will regain access on",
    },
    # Google
    {"code": 400, "status": "FAILED_PRECONDITION", "message": "User location is not supported"},
    {
        "code": 400,
        "status": "INVALID_ARGUMENT",
        "message": "m",
        "details": [{"@type": "x"}, {"@type": "ErrorInfo", "reason": "API_KEY_INVALID"}],
    },
]


@pytest.mark.parametrize("vendor_name", VENDORS)
@pytest.mark.parametrize(
    ("error", "about_request"),
    [*((error, True) for error in OF_A_REQUEST), *((error, False) for error in OF_AN_ACCOUNT)],
)
async def test_whose_affair_a_refusal_is(vendor, client, prompt, vendor_name, error, about_request):
    async def refuses(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": error}, status=400)

    vendor.replies.append(refuses)
    provider = provider_at(vendor_name, client, vendor.url.rstrip("/"))

    with pytest.raises(ProviderError) as refusal:
        await answer_of(provider, prompt)

    assert (refusal.value.kind, refusal.value.about_request) == ("refused", about_request)

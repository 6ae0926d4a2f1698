"""What is done with shots of the page before they are a picture: side by side, framed, made small.

Chromium does it: a page of our own lays the shots out and is shot in turn.
"""

import base64
from dataclasses import dataclass

from playwright.async_api import Page

from tests.pictures.png import write_png

EDGE = "border: 1px solid #d8d8e0"
SHADOW = "border-radius: 12px; box-shadow: 0 6px 24px rgb(15 12 40 / 22%)"
# What a canvas sees of an image, as text: bytes do not cross from a page into Python.
PIXELS = """async (address) => {
  const image = await createImageBitmap(await (await fetch(address)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  const { data } = brush.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768)
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [btoa(text), image.width, image.height];
}"""


@dataclass
class Darkroom:
    """A page that shows nothing but shots."""

    page: Page

    async def beside(self, *shots: bytes) -> bytes:
        """From left to right, each with an edge and as high as the highest."""
        even = f"object-fit: none; object-position: top; background: #fff; padding-bottom: 12px; {EDGE}"
        return await self._lay(shots, "display: flex; gap: 12px", even)

    async def below(self, *shots: bytes) -> bytes:
        """From top to bottom, each with an edge."""
        return await self._lay(shots, "display: grid; gap: 12px", EDGE)

    async def framed(self, *shots: bytes) -> bytes:
        """From top to bottom as windows on a desk."""
        desk = "display: grid; gap: 20px; padding: 20px; background: #e6e4f0"
        return await self._lay(shots, desk, SHADOW)

    async def developed(self, shot: bytes) -> bytes:
        """The file to keep."""
        text, width, height = await self.page.evaluate(PIXELS, _address(shot))
        return write_png(base64.b64decode(text), width, height)

    async def _lay(self, shots: tuple[bytes, ...], layout: str, each: str) -> bytes:
        style = f"display: block; box-sizing: border-box; {each}"
        images = "".join(f'<img style="{style}" src="{_address(shot)}">' for shot in shots)
        body = f'<body style="margin: 0; width: max-content"><div style="{layout}">{images}</div>'
        await self.page.set_content(body)
        for image in await self.page.locator("img").all():
            await image.evaluate("image => image.decode()")
        return await self.page.locator("div").screenshot()


def _address(shot: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(shot).decode()

"""Words that say a number, a month or a weekday, in the languages in which answers are mostly given."""

# From one on, by language: en, de, fr, es, it, pt, nl.
_COUNTING = (
    "one two three four five six seven eight nine ten eleven twelve",
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "um dois três quatro cinco seis sete oito nove dez onze doze",
    "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
)
_LARGER = {
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "zwanzig": 20,
    "vingt": 20,
    "veinte": 20,
    "venti": 20,
    "vinte": 20,
    "twintig": 20,
}
# What a source says so may be written as a figure; nobody claims a number by these.
_BESIDES = {
    "once": 1,
    "single": 1,
    "first": 1,
    "ein": 1,
    "eine": 1,
    "einen": 1,
    "einem": 1,
    "einer": 1,
    "une": 1,
    "una": 1,
    "uma": 1,
    "twice": 2,
    "double": 2,
    "second": 2,
    "both": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "dozen": 12,
    "none": 0,
    "no": 0,
    "free": 0,
}
LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}

_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "segunda terça quarta quinta sexta sábado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
)
# These are words of their own too: months only beside a number, weekdays not at all.
DOUBTFUL_MONTHS = frozenset(
    {"may", "march", "mars", "mai", "mei", "august", "mar", "jan", "jun", "dec"}
)
_DOUBTFUL_WEEKDAYS = frozenset({"segunda", "terça", "quarta", "quinta", "sexta"})


def _numbered(tables: tuple[str, ...]) -> dict[str, int]:
    return {word: number for table in tables for number, word in enumerate(table.split(), 1)}


MONTHS = _numbered(_MONTHS) | {"sept": 9}
WEEKDAYS = {
    word: number for word, number in _numbered(_WEEKDAYS).items() if word not in _DOUBTFUL_WEEKDAYS
}
# Italian's two and six, and Spanish's eleven, are words of other languages too ("due in May").
_SAID = {
    word: number
    for word, number in (_numbered(_COUNTING) | _LARGER).items()
    if word not in ("due", "sei", "once")
}
# What a claim can name a number by: "one" is mostly no number.
CLAIMED = {
    word: number
    for word, number in _SAID.items()
    if number > 1 and word not in _BESIDES and word not in ("elf", "acht")
}
FOUND = _SAID | _BESIDES

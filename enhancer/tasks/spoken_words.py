"""The words that a wish in plain English or Chinese may be made of, as data; to teach a new one, add a line here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Options = Mapping[str, Any]
SLIGHT, USUAL, STRONG = "slight", "usual", "strong"
RESTORE, TONE, ENLARGE, DETAIL = range(4)  # the order in which wishes are done, whatever the order of the words


@dataclass(frozen=True)
class How:
    """What else was said beside a wish: `degree`, `less` of it, and `percent` where a number was given."""

    degree: str = USUAL
    less: bool = False
    percent: float | None = None

    def of(self, slight: float, usual: float, strong: float) -> float:
        """The number for this degree."""
        return {SLIGHT: slight, USUAL: usual, STRONG: strong}[self.degree]

    def factor(self, slight: float, usual: float, strong: float) -> float:
        """The same as a factor on 1, below 1 for less; a percentage rules where it was given."""
        change = self.of(slight, usual, strong) - 1 if self.percent is None else self.percent / 100
        return max(0.0, 1 - change) if self.less else 1 + change


@dataclass(frozen=True)
class Wish:
    """`words` is what people call it. `opposite` words ask for less of it; they say the damage, not the cure.

    `damage` are those of the words that name what it takes away: less of that is the wish itself. `unable` is what
    people are told who ask for the contrary; without it the task can do both.
    """

    task: str
    stage: int
    words: re.Pattern[str]
    options: Callable[[How], Options]
    opposite: re.Pattern[str] | None = None
    general: bool = False  # meant only where the same clause names no fault of its own
    damage: re.Pattern[str] | None = None
    unable: str = ""


def _words(english: str, chinese: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b|{chinese}")


def _share(how: How) -> Options:
    share = how.of(0.5, 1.0, 1.0) if how.percent is None else min(1.0, how.percent / 100)
    return {} if share == 1 else {"strength": round(share, 3)}


def _gamma(how: How) -> Options:
    factor = how.factor(1.15, 1.35, 1.8)
    if how.less:  # as dark as `factor` would be bright
        factor = 1 / How(how.degree, False, how.percent).factor(1.15, 1.35, 1.8)
    return {"gamma": round(factor, 3)}


def _contrast(how: How) -> Options:
    return {"factor": round(how.factor(1.1, 1.25, 1.5), 3)}


def _saturation(how: How) -> Options:
    return {"factor": round(how.factor(1.15, 1.3, 1.6), 3)}


def _sharp(how: How) -> Options:
    return {"amount": round(how.of(0.4, 0.8, 1.4) if how.percent is None else how.percent / 100, 3)}


WISHES = (
    Wish(
        "mend",
        RESTORE,
        _words(
            r"clean(?:ed)?(?: (?:it|this|that|them|(?:the|this|my) (?:picture|photo(?:graph)?|image)))? up|clean[- ]?up"
            r"|restor(?:e|ed|ing|ation)|repair(?:ed|ing)?|mend(?:ed|ing)?",
            "修复|翻新|修补",
        ),
        _share,
        general=True,
    ),
    Wish(
        "denoise",
        RESTORE,
        _words(r"nois[ey]|noise|denois\w*|grain(?:y|iness)?|speckl\w*", "降噪|去噪|噪点|噪声|噪音|颗粒感?"),
        _share,
        damage=_words(r"nois[ey]|grain(?:y|iness)?|speckl\w*", "噪点|噪声|噪音|颗粒感?"),
        unable="Noise is taken away here, not added.",
    ),
    Wish(
        "deblock",
        RESTORE,
        _words(
            r"jpe?g(?: artefacts?| artifacts?| blocks?)?|block(?:s|y|iness)?|compression(?: artefacts?| artifacts?)?"
            r"|artefacts?|artifacts?|deblock\w*",
            "压缩(?:痕迹|失真|伪影|块)?|色块|块状|伪影",
        ),
        _share,
        damage=re.compile("(?!deblock).+"),
        unable="Traces of compression are taken away here, not added.",
    ),
    Wish(
        "lowlight",
        RESTORE,
        _words(r"(?:shot |taken )?(?:at|by) night|night(?: shot)?|low ?light|shot in the dark", "夜景|夜间|夜晚|弱光"),
        _share,
    ),
    Wish(
        "white-balance",
        TONE,
        _words(
            r"white balance|colou?r cast|cast|tint"
            r"|(?:too )?(?:yellow|blue|red|green|warm|cold)(?:ish)?(?: cast| tint)?",
            "白平衡|偏色|色偏|(?:太|偏|发)(?:黄|蓝|红|绿|暖|冷)",
        ),
        lambda _how: {},
        damage=re.compile("(?!white balance|白平衡).+"),
        unable="Colour casts are taken away here, not added.",
    ),
    Wish(
        "gamma",
        TONE,
        _words(
            r"bright(?:er|en(?:ed|ing)?|ness)?|light(?:er|en)|(?:too|less|not so|not as) dark|under-?exposed",
            "太暗|太黑|曝光不足|提亮|变亮|明亮|亮度?",
        ),
        _gamma,
        _words(r"dark(?:er|en(?:ed|ing)?)|dim(?:mer)?|too bright|over-?exposed", "太亮|过曝|变暗|调暗|压暗|(?<!太)暗"),
    ),
    Wish(
        "clahe",
        TONE,
        _words(r"local contrast|haz[ey]|fog(?:gy)?|dehaz\w*|mist", "去雾|雾霾?|通透|局部对比度?"),
        lambda _: {},
        damage=_words(r"haz[ey]|fog(?:gy)?|mist", "雾霾?"),
        unable="Haze is taken away and local contrast raised here, not the contrary.",
    ),
    Wish(
        "contrast",
        TONE,
        _words(r"contrast(?:y)?|punch(?:y|ier)?", "对比度?|反差"),
        _contrast,
        _words("flatter", "平淡"),
    ),
    Wish(
        "saturation",
        TONE,
        _words(r"black and white|black-and-white|b&w|gr[ea]y ?scale|monochrome", "黑白|单色|灰度"),
        lambda _how: {"factor": 0.0},
    ),
    Wish(
        "saturation",
        TONE,
        _words(r"saturat\w*|vivid|vibran\w*|colou?rful|colou?rs?", "饱和度?|鲜艳|艳丽?|色彩|颜色"),
        _saturation,
        _words(r"desaturat\w*|paler|muted", "淡雅|褪色"),
    ),
    Wish(
        "bilateral",
        TONE,
        _words(r"smooth(?:er|ed|ing)?|soft(?:er|en(?:ed|ing)?)?(?! focus)", "平滑|柔和|柔化|磨皮"),
        lambda _how: {},
        unable="Pictures are smoothed here, not roughened; write for example: sharper.",
    ),
    Wish(
        "upscale",
        ENLARGE,
        _words(
            r"larger?|big(?:ger)?|enlarg\w*|upscal\w*|upsiz\w*|super.?resolution|resolution|(?:the )?size|magnif\w*",
            "放大|变大|扩大|更大|尺寸|分辨率|超分",
        ),
        lambda _how: {},  # the size is read from the numbers beside it
        unable="Pictures are made larger here, not smaller.",
    ),
    Wish(
        "unsharp",
        DETAIL,
        _words(
            r"sharp(?:er|en(?:ed|ing)?|ness)?|crisp(?:er)?|clear(?:er)?|details?|blur(?:ry|red)?|deblur\w*|soft focus",
            "锐化|锐利|清晰度?|清楚|细节|模糊|去模糊",
        ),
        _sharp,
        damage=_words(r"blur(?:ry|red)?|soft focus", "模糊"),
        unable="Sharpness is added here, not taken away.",
    ),
)
SLIGHTLY = _words(
    r"slightly|a (?:little|bit|touch)(?: bit)?|somewhat|gently|a tad", "稍微|稍稍|略微?|轻微|(?:一)?点(?:点|儿)?|一些"
)
STRONGLY = _words(
    r"much|a lot|strongly|very|far|heavily|greatly|really|lots of", "大大|很多|非常|强烈|大幅度?|特别|多很?"
)
OVER = re.compile(r"\bover-?(?=saturat|sharp|bright|contrast|smooth|soft|process)")  # "too" in one word
TOO = re.compile(r"(?:\btoo|太) *$")  # before a word; at the end of a clause it says "also"
TOO_LITTLE = _words(r"too (?:low|little|weak|few)|not +(?:\w+ +)?enough", "[太过][低少弱]|不够|不足")
BARELY = ("低", "少")  # "清晰度低" names a fault
LESS = _words(
    r"less|lower(?:ed|ing)?|reduc(?:e|ed|ing|tion)|decreas(?:e|ed|ing)|weaken|weaker|fewer|down"
    r"|not (?:so|as)(?: much)?|too (?:much|many|high|strong(?:ly)?|heav(?:y|ily)|intense)",
    "[太过][高强大多重浓过于]|减少|减弱|降低|调低|减|少|低",
)
MORE = re.compile(  # directly before a word
    r"\b(?:more|add|increase|raise|boost|extra)(?: (?:some|an?|the|little|bit|touch|lots?|of|more|film|motion))* $"
    r"|(?:加入?|添加|更多?|多一?[点些])(?:一?[点些]|的)*$"
)
REMOVE = _words(
    r"remov\w*|reduc\w*|less|lower|without|no|not|take|rid|clean|fix|correct|against|free|filter|denois\w*",
    "去|消|除|减|降|少|修",
)
NOT = _words(r"do not|dont|never|not(?! (?:so|as|enough)\b| \w+ enough\b)|leave", "不要|不用|不必|别|勿|保留")
BETWEEN = re.compile(
    r"(?<!\d)[.,](?!\d)|[.,](?=\s|$)|[;:!?\n]|\b(?:and(?! white)|then|also|plus|but|afterwards|as well as)\b"
    r"|并且|然后|同时|而且|以及|接着|最后|再|并|和|但是?"
)
FILLERS = _words(
    r"make|it|its|the|this|that|my|our|picture|photo(?:graph)?|image|shot|please|can|could|you|i|we|want|would|like|to"
    r"|an?|of|in|on|is|are|be|get|give|me|us|should|more|look(?:s|ing)?|from|all|some|them|with|for|at|do|up|so|too"
    r"|remove|take away|away|get rid of|rid|clean|without|no|out|off|removal|increase|raise|boost|add|turn|into|by|as"
    r"|fix|correct|improve|enhance|better|just|few|again|first|times|old|has|have|there|bring|back|here|need|needs",
    "请|把|将|这|那|张|幅|图片|照片|相片|图像|图|片|让|使|变|得|的|了|帮|我|你|想|要|需要|它|更|给|进行|处理|一下|下|些|成|为"
    "|去掉|去除|消除|除去|去|除|增加|提高|提升|增强|加强|加|改善|老|旧|修正|校正|调整|调|整|有|太|就|可以|能|一点|到|原来",
)

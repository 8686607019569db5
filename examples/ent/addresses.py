"""The addresses of the ENT: those a browser sees and those a server calls."""

from dataclasses import dataclass

from examples.ent.tool import Tool


@dataclass(frozen=True)
class Addresses:
    """Every address the ENT gives away, from its two bases."""

    public: str
    service: str

    @property
    def issuer(self) -> str:
        """The issuer identifier (LTI security framework 1.0, 5.1.2)."""
        return self.public

    @property
    def authorization(self) -> str:
        """Where a tool sends the browser to be told who it is."""
        return f"{self.public}/oidc/auth"

    @property
    def deep_linking_return(self) -> str:
        """Where a tool posts what the teacher chose."""
        return f"{self.public}/deep-linking/return"

    @property
    def token(self) -> str:
        """Where a tool asks for an access token."""
        return f"{self.service}/oidc/token"

    @property
    def jwks(self) -> str:
        """Where the ENT's public keys are."""
        return f"{self.service}/oidc/jwks"

    def return_page(self, class_id: str) -> str:
        """Where a tool sends people back, perhaps with a message (LTI 1.3 core, 5.4.4)."""
        return f"{self.public}/classes/{class_id}/return"

    def line_items(self, class_id: str, tool: Tool) -> str:
        """The gradebook of a class as one tool sees it."""
        return f"{self.service}/ags/{class_id}/lineitems?tool={tool.number}"

    def line_item(self, class_id: str, line_item_id: str, tool: Tool) -> str:
        """One column of the gradebook."""
        return f"{self.service}/ags/{class_id}/lineitems/{line_item_id}?tool={tool.number}"

    def result(self, class_id: str, line_item_id: str, account_id: str, tool: Tool) -> str:
        """One cell of the gradebook."""
        return (
            f"{self.service}/ags/{class_id}/lineitems/{line_item_id}/results/{account_id}?tool={tool.number}"
        )

    def memberships(self, class_id: str, tool: Tool) -> str:
        """The people of a class as one tool sees them."""
        return f"{self.service}/nrps/{class_id}/memberships?tool={tool.number}"

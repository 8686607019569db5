"""The addresses of the ENT: those a browser sees and those a server calls."""

from dataclasses import dataclass
from urllib.parse import urlencode

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

    @property
    def schemes(self) -> tuple[str, ...]:
        """What the addresses of a tool may start with: an ENT under development takes plain HTTP."""
        return ("https",) if self.public.startswith("https:") else ("https", "http")

    @property
    def configuration(self) -> str:
        """What the ENT says about itself; on the issuer's host, as a tool will check."""
        return f"{self.public}/.well-known/openid-configuration"

    @property
    def registration(self) -> str:
        """Where a tool registers."""
        return f"{self.service}/registration"

    def registration_of(self, client_id: str) -> str:
        """Where a tool reads and changes its registration (RFC 7592)."""
        return f"{self.registration}/{client_id}"

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

    def groups(self, class_id: str, tool: Tool) -> str:
        """The groups of a class."""
        return f"{self.service}/groups/{class_id}?tool={tool.number}"

    def group_sets(self, class_id: str, tool: Tool) -> str:
        """The sets of groups of a class."""
        return f"{self.service}/groups/{class_id}/sets?tool={tool.number}"

    def notices(self, deployment_id: str, tool: Tool) -> str:
        """Where a tool says where it receives notices."""
        query = urlencode({"tool": tool.number, "deployment": deployment_id})
        return f"{self.service}/notices/handlers?{query}"

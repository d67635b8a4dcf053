"""Makes a database with what the installed proxbox-api itself stores, at PROXBOX_DATABASE_PATH."""

from sqlmodel import Session

from proxbox_api import database
from proxbox_api.database import (
    ApiKey,
    ApiKeyBootstrapClaim,
    NetBoxEndpoint,
    PBSEndpoint,
    ProxmoxEndpoint,
)

database.initialize_database_and_schema()
with Session(database.get_engine()) as session:
    netbox = NetBoxEndpoint(
        id=1,
        name="netbox",
        ip_address="10.0.0.5/24",
        domain="netbox.example.com",
        port=8000,
        token_version="v2",
        token="",
        verify_ssl=False,
    )
    netbox.set_encrypted_token("netbox-half-s3cret")
    netbox.set_encrypted_token_key("netboxkey")

    password = ProxmoxEndpoint(
        id=3,
        name="lab (nb:7)",
        ip_address="10.0.0.1",
        domain="pve1.example.com",
        port=8006,
        username="root@pam",
        verify_ssl=False,
        allow_writes=True,
        site_id=4,
        site_slug="hq",
        timeout=30,
        max_retries=2,
        retry_backoff=1.5,
    )
    password.set_encrypted_password("pässword-s3cret with blanks")

    token = ProxmoxEndpoint(
        id=5,
        name="edge",
        ip_address="pve-edge.example.com",
        port=443,
        username="sync@pve",
        token_name="proxbox",
        enabled=False,
        node_device_name_template="{node}.edge",
    )
    token.set_encrypted_token_value("2a1b4c-token-s3cret")

    broken = ProxmoxEndpoint(id=6, name="no auth", ip_address="10.0.0.9", username="x@pve")

    backup = PBSEndpoint(id=1, name="pbs", host="10.0.0.7", token_id="x", token_secret="plain")

    session.add(ApiKeyBootstrapClaim(id=1))
    session.add_all([netbox, password, token, broken, backup])
    session.commit()
    ApiKey.store_key(session, "an-api-key-of-the-old-service-0123456789", label="netbox-fastapi-1")
    retired = ApiKey.store_key(session, "a-retired-key-of-the-old-service-0123456", label="")
    retired.is_active = False
    session.add(retired)
    session.commit()

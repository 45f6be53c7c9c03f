"""Files that hold secrets, known by their names; samples of them are none."""

from state.policy.glob import globs

SECRET_FILES = globs(
    (
        "{.env,.env.*,.netrc,.pgpass,.git-credentials,id_rsa,id_dsa,id_ecdsa,id_ed25519}",
        "*.{pem,p12,pfx,jks,keystore,key}",
        "**/.aws/credentials",
        "**/.kube/config",
        "**/.docker/config.json",
        "**/gh/hosts.yml",
        "**/.ssh/{*_key,id_*}",
        "**/.ssh",
        "**/.aws",
        "**/.gnupg/**",
        "**/.claude/.credentials.json",
        "**/.codex/auth.json",
        "**/.gemini/oauth_creds.json",
        "/proc/*/environ",
        "**/.config/gcloud/**",
    )
)
SAMPLES = globs((".env.{example,sample,template,dist,defaults,test}", "*.pub", "*.example"))


def is_secret(path: str) -> bool:
    """Say whether a path names a file that holds secrets, or a shell's pattern may."""
    if "*" in path or "?" in path or "[" in path:
        name = path.rpartition("/")[2]
        if name.startswith((".e", ".[e", ".?", "id_")) and not SAMPLES.match(name):
            return True
    return SECRET_FILES.match(path) and not SAMPLES.match(path)

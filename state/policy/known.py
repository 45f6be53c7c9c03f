"""Programs whose ordinary effect is known, as tables. What stands in none of them is `unknown`, never harmless.

Sources: POSIX.1-2024 "Shell and Utilities", the manuals of GNU coreutils, of git 2.45 and of the tools named.
"""


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


SILENT = _set(
    "echo printf true false : test [ [[ pwd cd chdir pushd popd dirs sleep wait exit return break continue shift"
    " local declare typeset readonly export unset set shopt read mapfile readarray let getopts umask ulimit trap jobs"
    " fg bg disown times type which whereis command hash whoami id groups uname hostname nproc uptime date cal env"
    " printenv locale getconf tty clear reset tput seq yes expr bc basename dirname history alias unalias fc bind"
    " complete compgen caller logout builtin exec time stty arch tset nohup setsid function select for case until"
    " while in do done esac then else fi shuf factor numfmt users w who last sw_vers caffeinate man info tldr whatis"
    " apropos logger notify-send say if elif "
)
"""They change and read nothing that lasts."""

READERS = _set(
    "ls ll la dir vdir cat bat batcat head tail less more most grep egrep fgrep zgrep rg ripgrep ag ack find fd"
    " fdfind tree eza exa lsd wc sort uniq cut tr awk gawk mawk nawk sed diff colordiff delta cmp comm file stat du df"
    " ncdu readlink realpath column nl tac rev fold fmt paste join expand unexpand od xxd hexdump strings md5sum"
    " sha1sum sha224sum sha256sum sha384sum sha512sum shasum md5 cksum b2sum sum base64 base32 jq yq xq gojq fx gron"
    " tomlq dasel csvcut mlr ps pgrep pidof top htop free lsof lsblk lscpu lsusb ci vmstat iostat mpstat netstat ss"
    " ip ifconfig dmesg journalctl sysctl ulimit cloc tokei scc zcat bzcat xzcat zless pdftotext pdfinfo"
    " identify exiftool ffprobe mediainfo nm objdump readelf ldd otool size c++filt addr2line iconv hd"
    " getent lsb_release mount findmnt pstree tsort look ptx pr zipinfo "
    " view pathchk namei getfacl lsattr diffstat watch loginctl hostnamectl"
    " timedatectl"
)
"""They read files and write what they read to their output."""

WRITERS = _set(
    "touch mkdir rmdir rm cp mv ln install tee truncate chmod chown chgrp tar unzip zip gzip gunzip bzip2 bunzip2 xz"
    " unxz zstd unzstd 7z patch dd shred unlink rsync split csplit mktemp mkfifo dos2unix unix2dos rename convert"
    " magick ffmpeg pandoc ed sponge cpio ar srm apply_patch applypatch vim vi nvim nano ex view emacs pico ditto"
    " setfacl xattr chflags compress uncompress pax"
)
"""They change files that their words name."""

PROJECT = _set(
    "pytest py.test tox nox coverage ruff black isort flake8 pylint mypy pyright basedpyright ty bandit autopep8"
    " pre-commit python pypy ipython jupyter pip pip3 pipx pip-compile pip-sync uv uvx poetry pdm hatch rye conda"
    " mamba node npm npx pnpm yarn bun bunx deno tsc ts-node tsx eslint prettier biome oxlint jest vitest mocha ava"
    " cypress playwright webpack vite rollup esbuild swc turbo nx lerna next nuxt astro svelte-kit ng vue parcel"
    " storybook tailwindcss postcss stylelint babel nodemon concurrently rimraf tap c8 nyc serve http-server knip go"
    " gofmt goimports golangci-lint staticcheck gopls dlv gotestsum cargo rustc rustfmt clippy-driver rustup make"
    " gmake cmake ninja meson bazel bazelisk buck2 just task scons ctest gcc g++ cc c++ clang clang++ ld as"
    " clang-format clang-tidy cppcheck gdb lldb valgrind ccache autoconf automake configure pkg-config mvn mvnw gradle"
    " gradlew ant java javac jar javap kotlinc kotlin ktlint scala scalac sbt mill lein clojure clj dotnet msbuild"
    " nuget csc swift swiftc swiftlint swiftformat xcodebuild xcrun pod fastlane ruby bundle gem rake rspec rubocop"
    " rails standardrb erb irb brakeman minitest guard php composer phpunit phpstan psalm pint php-cs-fixer artisan"
    " pest elixir mix iex erl rebar3 erlc gleam zig ocaml dune opam ghc cabal stack hlint stylish-haskell perl prove"
    " cpanm lua luarocks luacheck stylua busted Rscript R julia nim nimble crystal shards dart flutter pub docker"
    " docker-compose podman buildah hadolint shellcheck shfmt bats actionlint yamllint markdownlint markdownlint-cli2"
    " vale cspell codespell typos commitlint husky lint-staged changeset semantic-release protoc buf "
    " openapi-generator graphql-codegen sqlc prisma alembic knex drizzle-kit manage.py django-admin flask uvicorn"
    " gunicorn hypercorn fastapi streamlit celery dbt airflow terraform tofu terragrunt tflint packer ansible"
    " ansible-lint ansible-playbook pulumi cdk helm kubectl kustomize kubeconform minikube kind k3d skaffold tilt nix"
    " nix-shell nix-build devbox mise asdf pyenv nvm fnm rbenv sdk volta corepack direnv hugo jekyll mkdocs"
    " sphinx-build mdbook typedoc jsdoc doxygen psql mysql mariadb sqlite3 sqlite duckdb redis-cli mongosh mongo"
    " createdb pg_dump pg_isready mysqldump hyperfine perf strace ltrace time entr watchexec act gitleaks trufflehog"
    " semgrep trivy grype syft open xdg-open code cursor tmux screen script expect unbuffer sh bash zsh dash ksh fish"
    " source . eval wasm-pack wasmtime emcc trunk solc forge anvil cast hardhat truffle slither anchor solana godot"
    " unity blender latexmk pdflatex xelatex bibtex lualatex tex dot mmdc plantuml gnuplot ctags"
    " universal-ctags cscope tree-sitter ast-grep sg comby gomplate envsubst m4 bison flex yacc headgate kill pkill"
    " timeout xargs parallel strip adb emulator"
)
"""They run what the project holds: tests, builds, scripts."""

NETWORK = _set(
    "curl wget http https xh aria2c fetch ping ping6 traceroute dig nslookup host whois nc ncat telnet socat"
)
FORGES = _set("gh glab hub")
AGENTS = _set("claude codex gemini opencode aider cursor-agent copilot qwen amp goose grok pi crush droid kiro")

GIT_READS = _set(
    "status log diff show rev-parse ls-files ls-tree cat-file blame annotate grep describe shortlog rev-list"
    " merge-base for-each-ref name-rev count-objects check-ignore check-attr check-mailmap var help version"
    " whatchanged range-diff show-ref diff-tree diff-index diff-files fsck verify-commit verify-tag verify-pack cherry"
    " merge-tree show-branch get-tar-commit-id patch-id stripspace interpret-trailers column check-ref-format"
    " request-pull"
)
GIT_WRITES = _set(
    "add stage commit checkout switch restore reset merge rebase cherry-pick revert stash tag branch worktree init mv"
    " rm apply am notes clean sparse-checkout config remote update-index update-ref gc bisect write-tree commit-tree"
    " hash-object mktree mktag read-tree checkout-index format-patch maintenance prune rerere mergetool difftool"
    " symbolic-ref reflog archive bundle repack pack-refs pack-objects unpack-objects replace filter-branch"
    " filter-repo bugreport gui citool fast-import fast-export submodule lfs flow absorb merge-file rev-list"
)
GIT_NETWORK = _set("fetch pull clone ls-remote remote-update send-email svn p4 fetch-pack")

INSTALLS = {
    "npm": _set("ci install i update upgrade"),
    "pnpm": _set("install i update"),
    "yarn": _set("install upgrade"),
    "bun": _set("install i update"),
    "pip": _set("install download"),
    "pip3": _set("install download"),
    "uv": _set("sync lock"),
    "poetry": _set("install update lock"),
    "pdm": _set("install sync update lock"),
    "cargo": _set("fetch update"),
    "bundle": _set("install update"),
    "composer": _set("install update"),
    "go": _set("mod"),
    "mix": _set("deps.get"),
}
"""Verbs that bring what the project's own lists name."""

FORGE_READS = _set(
    "view list diff checks status watch browse search download clone checkout show get --version -h --help"
)

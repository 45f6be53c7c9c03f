"""Which program, told which verbs, has which effect: the part of `state.policy.effects` that is a table.

A key is a program and its first words that are no options. Sources: the programs' own manuals, and the classes that
research/economics.md 3.3 and research/control.md 6.2 list.
"""

from collections.abc import Iterator, Mapping


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_TABLE: Mapping[str, str] = {
    "db.reset": """
        prisma migrate reset; prisma db push --force-reset; prisma db push --accept-data-loss; rails db:drop
        rails db:reset; rails db:schema:load; rails db:purge; rake db:drop; rake db:reset
        rake db:schema:load; manage.py flush; manage.py reset_db; django-admin flush; alembic downgrade
        knex migrate:rollback; sequelize db:drop; artisan migrate:fresh; artisan migrate:reset
        artisan db:wipe; dropdb; redis-cli flushall; redis-cli flushdb; typeorm schema:drop
        supabase db reset; drizzle-kit drop; mix ecto.drop; mix ecto.reset; flyway clean; liquibase dropAll
        heroku pg:reset""",
    "db.migrate": """
        prisma migrate deploy; prisma migrate dev; prisma db push; rails db:migrate; rake db:migrate
        manage.py migrate; alembic upgrade; knex migrate:latest; sequelize db:migrate; artisan migrate
        flyway migrate; goose up; dbmate up; atlas migrate apply; drizzle-kit push; drizzle-kit migrate
        liquibase update; supabase db push; mix ecto.migrate; sqitch deploy; typeorm migration:run
        diesel migration run; sqlx migrate run""",
    "infra.destroy": """
        terraform destroy; terraform state rm; terraform state push; terraform workspace delete
        terraform apply -destroy; tofu destroy; tofu state rm; tofu apply -destroy; terragrunt destroy
        terragrunt run-all destroy; pulumi destroy; pulumi stack rm; cdk destroy; serverless remove
        sls remove; sam delete; kubectl delete; kubectl drain; oc delete; helm uninstall; helm delete
        helm rollback; aws s3 rm; aws s3 rb; aws s3 sync --delete; gsutil rm; gsutil rb; heroku apps:destroy
        fly apps destroy; fly destroy; flyctl apps destroy; gh repo delete; vercel remove; gh release delete
        wrangler delete; railway down; eksctl delete; doctl compute droplet delete""",
    "infra.apply": """
        terraform apply; terraform import; tofu apply; terragrunt apply; terragrunt run-all apply; pulumi up
        cdk deploy; serverless deploy; sls deploy; sam deploy; kubectl apply; kubectl create; kubectl patch
        kubectl replace; kubectl scale; kubectl set; kubectl edit; kubectl rollout restart
        kubectl rollout undo; oc apply; helm install; helm upgrade; ansible-playbook; aws s3 cp; aws s3 mv
        aws s3 sync; gh secret set; gh variable set""",
    "docker.destroy": """
        docker system prune; docker volume rm; docker volume prune; docker image prune
        docker compose down -v; docker compose down --volumes; docker-compose down -v
        docker-compose down --volumes; podman system prune; podman volume rm; podman system reset
        docker compose rm -v""",
    "publish": """
        npm publish; npm unpublish; pnpm publish; yarn publish; yarn npm publish; bun publish; twine upload
        uv publish; poetry publish; hatch publish; flit publish; cargo publish; cargo yank; gem push
        docker push; podman push; helm push; mvn deploy; gradle publish; gradlew publish; nuget push
        dotnet nuget push; vsce publish; gh release create; goreleaser release; docker buildx build --push
        docker build --push""",
    "deploy": """
        vercel deploy; vercel --prod; netlify deploy --prod; fly deploy; flyctl deploy; wrangler deploy
        wrangler publish; firebase deploy; eb deploy; kamal deploy; railway up; amplify publish
        gcloud app deploy; gcloud run deploy; gh workflow run; heroku container:release; npm run deploy
        pnpm run deploy; pnpm deploy; yarn deploy; make deploy; just deploy; make release; cap deploy""",
    "forge.merge": "hub merge; gh pr merge; glab mr merge; gh pr review --approve; glab mr approve",
    "secrets.read": """
        gh auth token; aws configure get; aws secretsmanager get-secret-value
        gcloud auth print-access-token; gcloud secrets versions access; vault kv get; vault read; op read
        op item get; pass show; security find-generic-password; kubectl get secret; kubectl get secrets
        git credential fill; doppler secrets; gpg --export-secret-keys; keyctl print; keyctl read
        security dump-keychain
        secret-tool lookup; git credential-store get; kubectl config view --raw; npm token""",
    "git.history": "git-filter-repo; bfg",
    "sys.service": """
        systemctl start; systemctl stop; systemctl restart; systemctl enable; systemctl disable
        systemctl mask; launchctl load; launchctl unload; launchctl bootstrap; launchctl bootout; shutdown
        reboot; halt; poweroff; iptables; nft; ufw; killall; useradd; usermod; passwd; visudo; crontab; at; batch
        killall5""",
    "sys.privilege": "su; pkexec; nsenter; chroot; run0; newgrp",
    "sys.write": "bindfs; umount; losetup; pivot_root; fusermount; fusermount3; sshfs; fuse-overlayfs; unionfs",
    "sys.power": "pkill; kill -1; skill; xkill; tmux kill-server",
    "pkg.add": """
        uv add; uv pip install; poetry add; pdm add; pnpm add; yarn add; bun add; cargo add; cargo install
        gem install; go get; go install; brew install; apt install; apt-get install; dnf install
        yum install; apk add; conda install; composer require; bundle add; mix deps.get""",
    "agent.unguarded": """
        claude --settings; claude --setting-sources; claude --safe-mode; claude --mcp-config
        codex -s danger-full-access
        codex exec -s danger-full-access; codex --sandbox danger-full-access; codex -c hooks; codex exec -c hooks
        claude config set; claude --plugin-dir; codex --ignore-user-config
        codex exec --ignore-user-config
        codex --ignore-rules; codex exec --ignore-rules; gemini -y; gemini --approval-mode yolo
        copilot --allow-all-tools; copilot --allow-all; copilot --yolo
        opencode --dangerously-skip-permissions; aider --yes-always; cursor-agent --force; cursor-agent -f; qwen --yolo
        amp --dangerously-allow-all; claude-code --dangerously-skip-permissions
        claude --dangerously-skip-permissions; claude --allow-dangerously-skip-permissions; claude --bare
        claude --permission-mode=bypassPermissions; codex --sandbox=danger-full-access; gemini --approval-mode=yolo
        codex --yolo; codex --dangerously-bypass-approvals-and-sandbox; gemini --yolo
        claude --permission-mode bypassPermissions""",
    "self.tamper": """
        tui approve; tui deny; tui merge; tui thaw; tui uninstall; headgate approve; headgate deny; headgate merge
        headgate thaw; headgate uninstall
        headgate policy set; headgate stop; headgate freeze; headgate hold; headgate resume; headgate send
        headgate escalate; headgate init; headgate start; headgate prices set""",
    "net.listen": "ngrok; cloudflared tunnel; localtunnel; npx localtunnel; ssh -R",
}
HARMLESS = frozenset({"--dry-run", "--help", "-h", "--check", "--version", "-l", "--list"})
"""Options with which none of these commands does anything."""


def _keys() -> Iterator[tuple[str, tuple[str, ...], str]]:
    for effect, text in _TABLE.items():
        for line in text.split("\n"):
            for one in filter(None, (part.split() for part in line.split(";"))):
                yield one[0], tuple(one[1:]), effect


BY_PROGRAM: dict[str, list[tuple[tuple[str, ...], str]]] = {}
"""For each program, which first words have which effect, the longest first."""
for _program, _verbs, _effect in _keys():
    BY_PROGRAM.setdefault(_program, []).append((_verbs, _effect))
for _rows in BY_PROGRAM.values():
    _rows.sort(key=lambda row: -len(row[0]))

VALUES = _set(
    "-n --namespace --context --kubeconfig --profile --region --project --cwd --dir -C --prefix --config --schema"
    " --org --subscription --resource-group -g --stack --env-file --host -H -U -u"
)
"""Options that take a value, so that the value is not taken for a verb."""
EFFECTS: frozenset[str] = frozenset(_TABLE) | _set(
    "git.push.force git.push.main git.ref.delete git.ref.move git.discard git.history git.program checks.skipped"
    " fs.delete.outside fs.lose.outside fs.delete.all fs.delete.unknown fs.device fs.open fs.mirror sys.write"
    " sys.power sql.destroy infra.prod exec.remote exec.decoded env.program secrets.send net.send net.shell opaque"
    " opaque.code policy.write fs.read fs.write fs.write.temp fs.write.unknown fs.write.outside fs.delete"
    " fs.delete.temp plan.write vcs.read vcs.write git.push git.push.lease exec.project exec.script pkg.install"
    " net.get net.remote forge.write mcp agent.spawn question unknown"
)
"""Every effect that a call can be found to have; `state.policy.vocabulary` says what each means."""

"""What each effect means, one sentence each: for the policy's own documentation and for who writes rules.

The first part is what every day's work does; a default policy lets all of it pass while a run executes, `unknown` and
`exec.project` too. The second part is hard to undo, seen from outside, secret, or against what holds agents back.
`opaque` is not `unknown`: an unknown program was read in full and stands in no table, an opaque line was not read.
"""

from typing import Final

ORDINARY: Final = {
    "fs.read": "reads files that hold no secrets",
    "fs.write": "writes files inside the run's directory",
    "fs.write.temp": "writes files in the machine's temporary directories",
    "fs.delete": "removes files inside the run's directory",
    "fs.delete.temp": "removes files in the machine's temporary directories",
    "plan.write": "writes the run's plan",
    "vcs.read": "reads the history or the state of a repository",
    "vcs.write": "changes a work tree, an index or local branches in a way that git keeps a trace of",
    "git.push": "pushes commits to another repository",
    "git.push.lease": "pushes over a branch that is still where it was seen last",
    "exec.project": "runs tests, builds, scripts or tools of the project",
    "exec.script": "runs a script whose text was read and judged",
    "pkg.install": "installs what the project's own lists name",
    "net.get": "fetches from another machine",
    "net.remote": "works on another machine through ssh or its kin",
    "forge.write": "writes to a forge: opens a pull request, comments, edits an issue",
    "mcp": "calls a tool of an MCP server, whose effects nobody here sees",
    "agent.spawn": "starts another agent",
    "question": "asks the human something",
    "opaque.code": "runs program text on the line in which nothing that acts on the machine was seen",
    "unknown": "runs a program or a tool that stands in no table",
}

GRAVE: Final = {
    "opaque": "could not be read: what it does is decided only when it runs",
    "fs.write.unknown": "writes a file in a place that only the shell would know",
    "fs.write.outside": "writes a file outside the run's directory",
    "fs.delete.outside": "removes directories outside the run's directory",
    "fs.lose.outside": "loses or moves a single file outside the run's directory",
    "fs.delete.all": "removes all of the run's directory",
    "fs.delete.unknown": "removes directories that nobody can name without running it",
    "fs.device": "writes to a disk or a partition",
    "fs.open": "lets every user of the machine write a file",
    "fs.mirror": "makes one directory like another, which removes what is only there",
    "sys.write": "writes the system's files, or what runs at login",
    "sys.service": "starts, stops or plans services and jobs, or changes users and the firewall",
    "sys.privilege": "runs as another user, root as a rule",
    "sys.power": "kills processes that it did not start",
    "policy.write": "changes a policy of Headgate's in a worktree, which has no force until it is committed there",
    "self.tamper": "changes what holds agents back: hooks, their settings, Headgate's own files, git's own files",
    "agent.unguarded": "starts an agent without its guards, or with other settings",
    "checks.skipped": "goes past the checks that run at a commit or a push",
    "git.push.force": "overwrites a branch of another repository",
    "git.push.main": "pushes to a main branch",
    "git.ref.delete": "removes a branch or a tag",
    "git.ref.move": "moves a branch that it names to another commit",
    "git.discard": "throws uncommitted work away",
    "git.history": "rewrites or removes history",
    "git.program": "makes git run another program",
    "exec.remote": "runs what was downloaded and nobody has read",
    "exec.decoded": "runs what was encoded",
    "env.program": "sets a variable that makes programs load or run something else",
    "secrets.read": "reads a file or a store of secrets",
    "secrets.send": "sends a secret to another machine",
    "net.send": "sends data to another machine",
    "net.listen": "opens a way into this machine",
    "net.shell": "gives another machine a shell on this one",
    "sql.destroy": "drops tables, or deletes or changes rows without saying which",
    "db.reset": "throws a database away",
    "db.migrate": "changes a database's schema",
    "infra.destroy": "removes machines, data or services of a cloud",
    "infra.apply": "changes machines or services of a cloud",
    "infra.prod": "works on what a production name says is production",
    "docker.destroy": "removes volumes or images of containers",
    "publish": "publishes a package or an image",
    "deploy": "deploys",
    "forge.merge": "merges or approves a pull request",
    "pkg.add": "adds a package that the project's lists do not name",
}

MEANINGS: Final = {**ORDINARY, **GRAVE}

// Headgate's gate in OpenCode: asks `headgate-hook opencode` before each tool call, and throws, which denies the call,
// for every answer but a clean yes. HOOK is the argument list that `headgate init` writes here.
import { spawn } from "node:child_process"

const HOOK = /*HOOK*/ ["headgate-hook", "opencode"] /*KOOH*/
const LONGEST = 1 << 20

function ask(event) {
  return new Promise((settled) => {
    let said = ""
    const ended = (code, text) => settled({ code, text })
    try {
      const [program, ...words] = HOOK
      const hook = spawn(program, words, { cwd: "/", stdio: ["pipe", "ignore", "pipe"] })
      hook.on("error", (error) => ended(2, `headgate-hook does not start: ${error.message}`))
      hook.on("close", (code) => ended(code === 0 ? 0 : 2, said))
      hook.stderr.on("data", (piece) => { if (said.length < LONGEST) said += piece })
      hook.stdin.on("error", () => {})
      hook.stdin.end(JSON.stringify(event))
    } catch (error) {
      ended(2, `headgate-hook could not be asked: ${error}`)
    }
  })
}

export const Headgate = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    const { tool, sessionID, callID } = input
    const event = { event: "tool.execute.before", tool, sessionID, callID, directory, args: output.args ?? {} }
    const { code, text } = await ask(event)
    if (code !== 0) throw new Error(text || "headgate-hook denied this call and gave no reason")
  },
  "tool.execute.after": async (input) => {
    const { tool, sessionID, callID } = input
    await ask({ event: "tool.execute.after", tool, sessionID, callID, directory })
  },
  event: async ({ event }) => {
    if (event.type !== "session.created") return
    await ask({ event: event.type, sessionID: event.properties?.sessionID ?? event.properties?.info?.id, directory })
  },
})

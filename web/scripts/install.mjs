// Installs what package-lock.json pins, into node_modules. A network that fails for a moment is tried again; what cannot be
// had is said in a sentence.
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

const attempts = 3
const network =
  /\b(ECONN\w+|ETIMEDOUT|ESOCKETTIMEDOUT|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE|EINTEGRITY|E5\d\d|E429)\b|network|socket hang up|idle timeout/i
const npm = [
  'ci',
  '--prefer-offline', // npm's cache will do: every version is exact and its checksum is known
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
]

function install() {
  return new Promise((done, failed) => {
    const child = spawn('npm', npm, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NODE_ENV: '' } })
    let complaint = ''
    child.stderr.on('data', (text) => {
      complaint += text
    })
    child.on('error', failed)
    child.on('close', (status) => done({ status, complaint: complaint.trim() }))
  })
}

function fail(...lines) {
  console.error(lines.filter(Boolean).join('\n'))
  process.exit(1)
}

for (let attempt = 1; ; attempt++) {
  const { status, complaint } = await install()
  if (status === 0) break
  if (!network.test(complaint))
    fail(complaint, 'npm could not install what the console is built with; what it says stands above')
  if (attempt === attempts)
    fail(
      complaint,
      `npm could not fetch what the console is built with, in ${attempts} attempts: check the network, the proxy and npm's registry ` +
        '(npm config get registry), then run make again. Without the console `go build` works too',
    )
  console.error(`npm could not fetch everything (${attempt} of ${attempts}); trying again`)
  await pause(attempt * 2000)
}

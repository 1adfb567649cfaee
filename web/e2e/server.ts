import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from './database'

const program = process.env.PLACEOPS_PROGRAM ?? new URL('../../bin/placeops', import.meta.url).pathname

/** A placeops of its own, with PostgreSQL inside and the demo college, as `make run` starts it. */
export class Server {
  readonly url: string
  private readonly child: ChildProcess
  private readonly folder: string
  private output = ''

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`
    this.folder = mkdtempSync(join(tmpdir(), 'placeops-e2e-'))
    // As root placeops runs PostgreSQL as another user, who has to get in here.
    chmodSync(this.folder, 0o755)
    this.child = spawn(program, ['serve', '--demo'], {
      cwd: this.folder,
      env: {
        ...process.env,
        PORT: String(port),
        PLACEOPS_DATA_DIR: join(this.folder, 'data'),
        DATABASE_URL: '',
        JWT_SECRET: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text) => {
        this.output = (this.output + text).slice(-20_000)
      })
    }
  }

  static async start(): Promise<Server> {
    const server = new Server(await freePort())
    await server.ready()
    return server
  }

  private async ready() {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      if (this.child.exitCode !== null) break
      const answer = await fetch(`${this.url}/readyz`).catch(() => null)
      if (answer?.ok) return
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error(`placeops did not become ready:\n${this.output}`)
  }

  /** sql runs statements in the server's own database. */
  sql(statements: string): Promise<string[][]> {
    return execute(join(this.folder, 'data', 'run', '.s.PGSQL.5432'), statements)
  }

  async stop() {
    const ended = new Promise((done) => this.child.once('exit', done))
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))))
    })
  })
}

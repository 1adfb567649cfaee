import type { CDPSession, Page } from '@playwright/test'
import { expect } from '../fixtures'

/** What the browser's main thread may spend on scripts for one thing that a person does. */
const most = 100

/**
 * Meter reads ScriptDuration of the browser's own Performance domain: the time of the main thread in scripts. It counts the
 * thread's own processor time, so that what else runs on the machine does not count.
 */
export class Meter {
  readonly seen: string[] = []
  private constructor(private readonly cdp: CDPSession) {}

  static async on(page: Page) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Meter(cdp)
  }

  async costs(what: string, act: () => Promise<unknown>) {
    const begun = Date.now()
    const before = await this.read()
    await act()
    const after = await this.read()
    const script = (after.ScriptDuration - before.ScriptDuration) * 1000
    const task = (after.TaskDuration - before.TaskDuration) * 1000
    this.seen.push(
      `${what}: scripts ${script.toFixed(0)} ms, all tasks ${task.toFixed(0)} ms, wall ${Date.now() - begun} ms`,
    )
    expect.soft(script, `${what}: milliseconds of scripting`).toBeLessThanOrEqual(most)
  }

  private async read() {
    const { metrics } = await this.cdp.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
    return { ScriptDuration: of('ScriptDuration'), TaskDuration: of('TaskDuration') }
  }
}

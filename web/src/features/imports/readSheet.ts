import type { Around } from './around'
import type { Fault } from './queries'

/** Sheet is a file that is open in the browser, to show its rows; null where it cannot be read (the server's words still stand). */
export interface Sheet {
  around: (fault: Fault) => Promise<Around | null>
}

let last: { file: File; sheet: Sheet; close: () => void } | undefined

/** sheetOf opens a sheet once, and closes the one before. */
export function sheetOf(file: File): Sheet {
  if (last?.file === file) return last.sheet
  last?.close()
  last = { file, ...opened(file) }
  return last.sheet
}

function opened(file: File) {
  const worker = new Worker(new URL('./sheet.worker.ts', import.meta.url), { type: 'module' })
  worker.postMessage({ file })
  // It answers in the order in which it is asked.
  const waiting: ((found: Around | null) => void)[] = []
  const answer = (found: Around | null) => waiting.shift()?.(found)
  worker.addEventListener('message', ({ data }: MessageEvent<Around | null>) => answer(data))
  worker.addEventListener('error', () => {
    while (waiting.length > 0) answer(null)
  })
  const sheet: Sheet = {
    around: (fault) =>
      new Promise((done) => {
        waiting.push(done)
        worker.postMessage({ fault })
      }),
  }
  return { sheet, close: () => worker.terminate() }
}

import { base, sessionEnded } from '~/api/client'
import { ApiError } from '~/api/problem'
import type { ImportStudentsOutputBody, Problem } from '~/api/schema'

export interface Sending {
  done: Promise<ImportStudentsOutputBody>
  stop: () => void
}

/** upload sends a sheet. It is no fetch because a fetch does not tell how much of its body has gone. */
export function upload(file: File, dryRun: boolean, onProgress: (sent: number, total: number) => void): Sending {
  const request = new XMLHttpRequest()
  const done = new Promise<ImportStudentsOutputBody>((resolve, reject) => {
    request.open('POST', `${base}/students/import?dry_run=${dryRun}`)
    request.responseType = 'json'
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total)
    request.onload = () => {
      if (request.status < 300) return resolve(request.response as ImportStudentsOutputBody)
      if (request.status === 401) sessionEnded()
      reject(new ApiError(request.status, (request.response ?? {}) as Partial<Problem>))
    }
    request.onerror = () => reject(new ApiError(0, {}))
    request.onabort = () => reject(new Stopped())
    const form = new FormData()
    form.set('file', file)
    request.send(form)
  })
  return { done, stop: () => request.abort() }
}

/** Stopped: the person wanted it so, there is nothing to say about it. */
export class Stopped extends Error {}

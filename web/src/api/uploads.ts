import { useSyncExternalStore } from 'react'
import { t } from '~/texts'
import { base, errorOf, sessionEnded } from './client'
import { ApiError } from './problem'
import { setUnsaved } from './unsaved'

/** Upload is a file on its way: its page may be left, and shows it again when it is come back to. */
export interface Upload {
  name: string
  done: number
  total: number
  stop: () => void
}

const underway = new Map<string, Upload>()
const listeners = new Set<() => void>()

function set(key: string, upload: Upload | null) {
  if (upload) underway.set(key, upload)
  else underway.delete(key)
  setUnsaved(`upload ${key}`, upload && { text: t.common.sendingYet(upload.name), drop: upload.stop })
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** useUpload is what is on its way under a name, whoever began it. */
export function useUpload(key: string): Upload | undefined {
  return useSyncExternalStore(subscribe, () => underway.get(key))
}

/** Stopped: the person wanted it so, there is nothing to say about it. */
export class Stopped extends Error {}

export const faultOf = (error: unknown) => (error instanceof Stopped ? null : error)

/** sendForm sends a form with a file, under a name. XMLHttpRequest tells how much has gone, fetch does not. */
export function sendForm<T>(
  key: string,
  file: File,
  method: 'POST' | 'PATCH',
  path: string,
  form: FormData,
): Promise<T> {
  const request = new XMLHttpRequest()
  const tell = (done: number, total: number) => set(key, { name: file.name, done, total, stop: () => request.abort() })
  tell(0, file.size)
  return new Promise<T>((done, failed) => {
    request.open(method, base + path)
    request.upload.addEventListener('progress', ({ loaded, total }) => tell(loaded, total))
    request.addEventListener('error', () => failed(new ApiError(0, {})))
    request.addEventListener('abort', () => failed(new Stopped()))
    request.addEventListener('load', async () => {
      const answer = new Response(request.response, { status: request.status })
      if (answer.ok) return done((await answer.json()) as T)
      if (answer.status === 401) sessionEnded()
      failed(await errorOf(answer))
    })
    request.send(form)
  }).finally(() => set(key, null))
}

import { base, errorOf, sessionEnded } from '~/api/client'
import { ApiError } from '~/api/problem'

/** sendForm sends a form with a file. XMLHttpRequest tells how much has gone, fetch does not. */
export function sendForm<T>(
  method: 'POST' | 'PATCH',
  path: string,
  form: FormData,
  onProgress: (sent: number, total: number) => void,
): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    request.open(method, base + path)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded, total))
    request.addEventListener('error', () => failed(new ApiError(0, {})))
    request.addEventListener('load', async () => {
      const answer = new Response(request.response, { status: request.status })
      if (answer.ok) return done((await answer.json()) as T)
      if (answer.status === 401) sessionEnded()
      failed(await errorOf(answer))
    })
    request.send(form)
  })
}

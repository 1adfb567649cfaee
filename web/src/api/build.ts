import { t } from '~/texts'
import { ApiError } from './problem'
import { unsavedTexts } from './unsaved'

/** The files that a page of the console names tell which build it is of. */
const buildOf = (page: Document) =>
  [...page.querySelectorAll('script[src]')].map((s) => s.getAttribute('src')).join(' ')

const own = buildOf(document)

/** servedBuild asks for the page under an address that no cache knows; null: the server does not answer. */
async function servedBuild(): Promise<string | null> {
  const answer = await fetch('/app/?now', { cache: 'no-store' }).catch(() => null)
  return answer?.ok ? buildOf(new DOMParser().parseFromString(await answer.text(), 'text/html')) : null
}

export const isServerThere = async () => (await servedBuild()) !== null

/** Updated: the server has another console than this page is of, and a part of this one is gone. */
export class Updated extends Error {
  constructor() {
    super(t.common.updatedText)
  }
}

const reloadedFor = 'placeops-reloaded-for'

/**
 * part loads a part of the console apart from the page. When the server has it no longer because placeops was replaced, the page
 * is loaded anew: once, and not when something would be lost or the part is none that a person went to (`keepsPage`).
 */
export function part<T>(load: () => Promise<T>, { keepsPage = false } = {}): () => Promise<T> {
  return () =>
    load().catch(async (error) => {
      const served = await servedBuild()
      if (served === null) throw new ApiError(0, {})
      if (served === own) throw error
      if (keepsPage || unsavedTexts().length > 0 || sessionStorage.getItem(reloadedFor) === served) throw new Updated()
      sessionStorage.setItem(reloadedFor, served)
      location.reload()
      return new Promise<never>(() => {})
    })
}

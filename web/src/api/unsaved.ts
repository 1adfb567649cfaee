import { useEffect, useId } from 'react'

/** What only this window has, in words for who is about to leave; `drop` ends it when they do. */
interface Unsaved {
  text: string
  drop?: () => void
}

const unsaved = new Map<string, Unsaved>()
const ask = (event: BeforeUnloadEvent) => event.preventDefault()

/** setUnsaved has the browser ask before the window goes, and the console before signing out; null: there is nothing any more. */
export function setUnsaved(key: string, what: Unsaved | null) {
  if (what) unsaved.set(key, what)
  else unsaved.delete(key)
  if (unsaved.size > 0) window.addEventListener('beforeunload', ask)
  else window.removeEventListener('beforeunload', ask)
}

/** useUnsaved is setUnsaved for as long as a component is there. */
export function useUnsaved(text: string | null) {
  const key = useId()
  useEffect(() => {
    setUnsaved(key, text === null ? null : { text })
    return () => setUnsaved(key, null)
  }, [key, text])
}

export const unsavedTexts = () => [...unsaved.values()].map(({ text }) => text)

/** dropUnsaved: whoever it belonged to has left. */
export function dropUnsaved() {
  for (const [key, { drop }] of [...unsaved]) {
    drop?.()
    setUnsaved(key, null)
  }
}

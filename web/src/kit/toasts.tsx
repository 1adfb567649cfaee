import { X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { t } from '~/texts'
import { Button } from './Button'

interface Toast {
  id: number
  text: string
  tone: 'good' | 'bad'
}

let toasts: Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function change(next: Toast[]) {
  toasts = next
  for (const listener of listeners) listener()
}

/** tell shows that something is done (or not) without getting in the way; it is read out, too. */
export function tell(text: string, tone: Toast['tone'] = 'good') {
  const toast = { id: ++last, text, tone }
  change([...toasts.slice(-3), toast])
  setTimeout(() => dismiss(toast.id), tone === 'good' ? 5_000 : 12_000)
}

function dismiss(id: number) {
  change(toasts.filter((toast) => toast.id !== id))
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          <span>{toast.text}</span>
          <Button look="plain" icon aria-label={t.common.close} onPress={() => dismiss(toast.id)}>
            <X size={16} aria-hidden="true" />
          </Button>
        </div>
      ))}
    </div>
  )
}

import { Copy, Printer } from 'lucide-react'
import { Button } from '~/kit/Button'
import { type CodeCard, CodeCards } from '~/kit/CodeCards'
import { Dialog } from '~/kit/Dialog'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { codeIsOut } from './newCode'
import './people.css'

export type NewCode = CodeCard

/** CodeDialog shows a code the one time that it can be seen; a click beside it does not lose it. */
export function CodeDialog({ code, onClose }: { code: NewCode | null; onClose: () => void }) {
  if (!code) return null
  const copy = () =>
    // Without HTTPS a browser has no clipboard for pages.
    (navigator.clipboard?.writeText(code.code) ?? Promise.reject()).then(
      () => {
        codeIsOut()
        tell(t.people.code.copied)
      },
      () => tell(t.people.code.notCopied, 'bad'),
    )
  return (
    <Dialog title={t.people.code.title(code.name)} isOpen>
      <p>{t.people.code.lead}</p>
      <output className="new-code mono" aria-label={t.people.code.code}>
        {code.code}
      </output>
      <div className="actions">
        <Button onPress={copy}>
          <Copy size={16} aria-hidden="true" />
          {t.people.code.copy}
        </Button>
        <Button
          onPress={() => {
            window.print()
            codeIsOut()
          }}
        >
          <Printer size={16} aria-hidden="true" />
          {t.people.code.print}
        </Button>
        <Button look="primary" onPress={onClose}>
          {t.people.code.done}
        </Button>
      </div>
      <CodeCards cards={[code]} />
    </Dialog>
  )
}

import { CornerDownLeft, ScanLine, Undo2 } from 'lucide-react'
import { type KeyboardEvent, type Ref, useEffect, useId } from 'react'
import { Badge } from '~/kit/Badge'
import { Button } from '~/kit/Button'
import { t } from '~/texts'
import type { Said } from './Marking'
import type { Attendee, Status } from './marks'

const text = t.attendance

interface FieldProps {
  ref: React.RefObject<HTMLInputElement | null>
  value: string
  onChange: (value: string) => void
  /** Whom Enter means. */
  best: Attendee | undefined
  said: Said
  lastStep: string | undefined
  onEnter: (value: string, status: Status) => void
  onMove: (value: string, by: 1 | -1) => void
  onUndo: () => void
}

export function Field({ ref, value, onChange, best, said, lastStep, onEnter, onMove, onUndo }: FieldProps) {
  const id = useId()
  useFocusWithKeys(ref)
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    const { key, shiftKey, currentTarget } = event
    if (key === 'Enter') onEnter(currentTarget.value, shiftKey ? 'ABSENT' : 'PRESENT')
    else if (key === 'ArrowDown') onMove(currentTarget.value, 1)
    else if (key === 'ArrowUp') onMove(currentTarget.value, -1)
    else if (key === 'Escape') onChange('')
    else return
    event.preventDefault()
  }
  return (
    <section className="card stack tight marking">
      <div className="row between">
        <label htmlFor={id}>{text.field}</label>
        <Keys />
      </div>
      <div className="marking-field">
        <ScanLine size={22} aria-hidden="true" />
        <input
          ref={ref as Ref<HTMLInputElement>}
          id={id}
          className="input"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={press}
          onFocus={(event) => event.target.select()}
          placeholder={text.fieldHint}
          aria-describedby={`${id}-best`}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="done"
        />
      </div>
      <p className="marking-best" aria-hidden="true">
        {best ? (
          <>
            <CornerDownLeft size={16} aria-hidden="true" />
            <span className="mono">{best.roll_number}</span>
            <strong>{best.name}</strong>
            <MarkBadge status={best.status} />
          </>
        ) : (
          <span className="quiet">{value.trim() ? text.noMatch(value.trim()) : ''}</span>
        )}
      </p>
      <p id={`${id}-best`} className="sr-only" aria-live="polite">
        {best && text.best(`${best.roll_number} ${best.name}`, best.status ? text.status[best.status] : text.unmarked)}
      </p>
      <div className="marking-said">
        <p role="status" className={said.text ? said.tone : 'quiet'}>
          {said.text || text.nothingMarked}
        </p>
        <Button isDisabled={!lastStep} onPress={onUndo} aria-label={lastStep ? text.undoStep(lastStep) : text.undo}>
          <Undo2 size={16} aria-hidden="true" />
          {text.undo}
        </Button>
      </div>
    </section>
  )
}

export function MarkBadge({ status }: { status: Status | null }) {
  if (!status) return <Badge>{text.unmarked}</Badge>
  return <Badge tone={status === 'PRESENT' ? 'good' : 'bad'}>{status === 'PRESENT' ? text.present : text.absent}</Badge>
}

const { keys } = text
const hints = [
  [keys.enter, keys.present],
  [keys.shiftEnter, keys.absent],
  [keys.arrows, keys.choose],
  [keys.ctrlZ, keys.undo],
  [keys.esc, keys.clear],
] as const

/** Keys are for who has some: a touch screen does not show them. */
function Keys() {
  return (
    <p className="keys quiet">
      {hints.map(([key, does]) => (
        <span key={key}>
          <kbd>{key}</kbd> {does}
        </span>
      ))}
    </p>
  )
}

/** On a touch screen the focus would bring the keyboard up over the list. */
function useFocusWithKeys(field: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const fine = matchMedia('(pointer: fine)')
    const focus = () => {
      const { activeElement } = document
      if (fine.matches && (activeElement === document.body || activeElement === null)) field.current?.focus()
    }
    if (fine.matches) field.current?.focus()
    window.addEventListener('focus', focus)
    return () => window.removeEventListener('focus', focus)
  }, [field])
}

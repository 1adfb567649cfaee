import { Plus } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { Button } from '~/kit/Button'
import { t } from '~/texts'

export interface Chip {
  id: string
  text: string
}

/** ChipField chooses some of a few; `other` lets add what is not among them (its fault, or null when it is fine). */
export function ChipField({
  label,
  hint,
  chips,
  isChosen,
  onToggle,
  other,
  fault,
}: {
  label: string
  hint: string
  chips: readonly Chip[]
  isChosen: (id: string) => boolean
  onToggle: (id: string) => void
  other?: { label: string; check: (text: string) => string | null }
  fault?: string | undefined
}) {
  const id = useId()
  return (
    <fieldset className="field" aria-describedby={`${id}-hint`}>
      <legend className="field-label">{label}</legend>
      <div className="row">
        {chips.map((chip) => (
          <ToggleButton
            key={chip.id}
            className="chip"
            isSelected={isChosen(chip.id)}
            onChange={() => onToggle(chip.id)}
          >
            {chip.text}
          </ToggleButton>
        ))}
        {other && <Other {...other} onAdd={(text) => !isChosen(text) && onToggle(text)} />}
      </div>
      <span id={`${id}-hint`} className="hint">
        {hint}
      </span>
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </fieldset>
  )
}

function Other({
  label,
  check,
  onAdd,
}: {
  label: string
  check: (text: string) => string | null
  onAdd: (text: string) => void
}) {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const add = () => {
    const wanted = text.trim()
    if (wanted === '') return
    const found = check(wanted)
    setFault(found)
    if (found) return
    onAdd(wanted)
    setText('')
  }
  // Enter adds, instead of sending the form that this is part of.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    add()
  }
  return (
    <span className="chip-other">
      <input
        className="input"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button look="plain" icon aria-label={`${t.drives.add}: ${label}`} onPress={add}>
        <Plus size={16} aria-hidden="true" />
      </Button>
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </span>
  )
}

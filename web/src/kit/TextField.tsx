import type { FormEvent } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField as AriaTextField, type TextFieldProps } from 'react-aria-components/TextField'
import { type FieldProps, Hint } from './Hint'

/** TextField shows its label, a hint, and the fault that the form or the server found with it. */
export function TextField({
  label,
  hint,
  placeholder,
  rows,
  ...props
}: FieldProps & { rows?: number } & Omit<TextFieldProps, 'className' | 'children'>) {
  return (
    <AriaTextField {...props} className="field">
      <Label>{label}</Label>
      {rows ? (
        <TextArea className="input" rows={rows} placeholder={placeholder} onInput={judgeAgain} />
      ) : (
        <Input className="input" placeholder={placeholder} onInput={judgeAgain} />
      )}
      <Hint>{hint}</Hint>
      <FieldError className="fault" />
    </AriaTextField>
  )
}

/**
 * judgeAgain lets a fault go while it is mended. Otherwise it goes when the field is left, by pressing the form's button, which
 * then moves away from under the finger.
 */
function judgeAgain({ currentTarget: field }: FormEvent<HTMLInputElement | HTMLTextAreaElement>) {
  if (field.dataset.invalid) field.dispatchEvent(new Event('change'))
}

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
        <TextArea className="input" rows={rows} placeholder={placeholder} />
      ) : (
        <Input className="input" placeholder={placeholder} />
      )}
      <Hint>{hint}</Hint>
      <FieldError className="fault" />
    </AriaTextField>
  )
}

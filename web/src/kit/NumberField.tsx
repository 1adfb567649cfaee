import { FieldError } from 'react-aria-components/FieldError'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { NumberField as AriaNumberField, type NumberFieldProps } from 'react-aria-components/NumberField'
import { type FieldProps, Hint } from './Hint'

/** NumberField takes a number, or nothing (NaN) when it is empty. */
export function NumberField({
  label,
  hint,
  placeholder,
  ...props
}: FieldProps & Omit<NumberFieldProps, 'className' | 'children'>) {
  return (
    <AriaNumberField {...props} className="field">
      <Label>{label}</Label>
      <Input className="input num" placeholder={placeholder} />
      <Hint>{hint}</Hint>
      <FieldError className="fault" />
    </AriaNumberField>
  )
}

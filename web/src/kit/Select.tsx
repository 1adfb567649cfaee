import { ChevronDown } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { FieldError } from 'react-aria-components/FieldError'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select'
import { type FieldProps, Hint } from './Hint'

export interface Option {
  id: string
  text: string
}

/** Select lets choose one of few; `hideLabel` where the place says what it is. */
export function Select({
  label,
  hint,
  options,
  value,
  onChange,
  hideLabel,
  name,
  isRequired,
}: FieldProps & {
  options: readonly Option[]
  value: string
  onChange: (id: string) => void
  hideLabel?: boolean
  name?: string
  isRequired?: boolean
}) {
  return (
    <AriaSelect
      value={value}
      onChange={(id) => onChange(String(id))}
      name={name}
      isRequired={isRequired}
      className="field"
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {!hideLabel && <Label>{label}</Label>}
      <AriaButton className="input select-button">
        <SelectValue />
        <ChevronDown size={16} aria-hidden="true" />
      </AriaButton>
      <Hint>{hint}</Hint>
      <FieldError className="fault" />
      <Popover className="popover">
        <ListBox className="options" items={options}>
          {(option) => (
            <ListBoxItem className="option" textValue={option.text}>
              {option.text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}

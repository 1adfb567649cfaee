import { type FormEvent, type ReactNode, useRef } from 'react'
import { type AriaTextFieldOptions, type TextFieldAria, useTextField } from 'react-aria/useTextField'
import type { FieldProps } from './Hint'

type Options<T extends 'input' | 'textarea'> = FieldProps & Omit<AriaTextFieldOptions<T>, 'label' | 'description'>

/**
 * TextField shows its label, a hint, and the fault that the form or the server found with it. It is made of React Aria's hook, not of
 * its components: a form has many fields, and each would be five components.
 */
export function TextField(props: Options<'input'>) {
  const ref = useRef<HTMLInputElement>(null)
  const { label, hint, ...options } = props
  const field = useTextField<'input'>({ ...options, label, description: hint, validationBehavior: 'native' }, ref)
  return (
    <Framed {...field} label={label} hint={hint}>
      <input {...field.inputProps} ref={ref} {...look(field)} />
    </Framed>
  )
}

/** TextArea is a TextField of several lines. */
export function TextArea({ rows, ...props }: Options<'textarea'> & { rows: number }) {
  const ref = useRef<HTMLTextAreaElement>(null)
  const { label, hint, ...options } = props
  const field = useTextField<'textarea'>(
    { ...options, label, description: hint, inputElementType: 'textarea', validationBehavior: 'native' },
    ref,
  )
  return (
    <Framed {...field} label={label} hint={hint}>
      <textarea {...field.inputProps} ref={ref} rows={rows} {...look(field)} />
    </Framed>
  )
}

const look = ({ isInvalid }: { isInvalid: boolean }) => ({
  className: 'input',
  'data-invalid': isInvalid || undefined,
  onInput: judgeAgain,
})

type Frame = Pick<
  TextFieldAria,
  'labelProps' | 'descriptionProps' | 'errorMessageProps' | 'isInvalid' | 'validationErrors'
> &
  FieldProps & { children: ReactNode }

function Framed({ label, hint, children, ...field }: Frame) {
  return (
    <div className="field" data-invalid={field.isInvalid || undefined}>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: labelProps say for which */}
      <label {...field.labelProps}>{label}</label>
      {children}
      {hint && (
        <span {...field.descriptionProps} className="hint">
          {hint}
        </span>
      )}
      {field.isInvalid && (
        <span {...field.errorMessageProps} className="fault">
          {field.validationErrors.join(' ')}
        </span>
      )}
    </div>
  )
}

/**
 * judgeAgain lets a fault go while it is mended. Otherwise it goes when the field is left, by pressing the form's button, which
 * then moves away from under the finger.
 */
function judgeAgain({ currentTarget: field }: FormEvent<HTMLInputElement | HTMLTextAreaElement>) {
  if (field.dataset.invalid) field.dispatchEvent(new Event('change'))
}

import type { Chosen } from './selecting'

/** ChoiceBox is a plain checkbox: a table draws many at once. */
export function ChoiceBox({
  label,
  chosen,
  onChange,
  tabIndex,
}: {
  label: string
  chosen: Chosen
  onChange: () => void
  tabIndex: number
}) {
  return (
    <input
      type="checkbox"
      className="choice"
      aria-label={label}
      checked={chosen === 'all'}
      ref={(box) => {
        if (box) box.indeterminate = chosen === 'some'
      }}
      onChange={onChange}
      tabIndex={tabIndex}
    />
  )
}

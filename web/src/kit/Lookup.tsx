import { X } from 'lucide-react'
import { useState } from 'react'
import { ComboBox } from 'react-aria-components/ComboBox'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox'
import { Popover } from 'react-aria-components/Popover'
import { t } from '~/texts'
import { Button } from './Button'
import type { Option } from './Select'

/** Lookup finds one of many by a part of the name: `onSearch` is told what is typed, `options` are what was found for it. */
export function Lookup({
  label,
  placeholder,
  chosen,
  options,
  onSearch,
  onChoose,
}: {
  label: string
  placeholder?: string
  /** The text of what is chosen; empty for nothing. */
  chosen: string
  options: readonly Option[]
  onSearch: (text: string) => void
  onChoose: (option: Option | null) => void
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const type = (text: string) => {
    setTyped(text)
    onSearch(text)
  }
  return (
    <ComboBox
      className="field"
      items={options}
      inputValue={typed ?? chosen}
      onInputChange={type}
      allowsEmptyCollection
      menuTrigger="focus"
      onBlur={() => setTyped(null)}
      onChange={(id) => {
        const option = options.find((o) => o.id === String(id))
        setTyped(null)
        if (option) onChoose(option)
      }}
    >
      <Label>{label}</Label>
      <div className="lookup-box">
        <Input className="input" placeholder={placeholder} />
        {chosen && (
          <Button slot={null} look="plain" icon aria-label={t.common.clear} onPress={() => onChoose(null)}>
            <X size={15} aria-hidden="true" />
          </Button>
        )}
      </div>
      <Popover className="popover">
        <ListBox className="options" renderEmptyState={() => <p className="lookup-none">{t.common.nothing}</p>}>
          {(option: Option) => (
            <ListBoxItem id={option.id} className="option" textValue={option.text}>
              {option.text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}

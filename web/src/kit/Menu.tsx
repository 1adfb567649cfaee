import type { ReactNode } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { Button, type ButtonProps } from './Button'

export interface MenuAction {
  id: string
  text: string
  danger?: boolean
  onAction: () => void
}

/** Menu opens further actions; a destructive one asks first (Confirm). */
export function Menu({
  label,
  trigger,
  look,
  actions,
}: {
  label: string
  trigger: ReactNode
  look?: ButtonProps['look']
  actions: MenuAction[]
}) {
  return (
    <MenuTrigger>
      <Button look={look} icon aria-label={label}>
        {trigger}
      </Button>
      <Popover className="popover" placement="bottom end">
        <AriaMenu className="options">
          {actions.map(({ id, text, danger, onAction }) => (
            <MenuItem
              key={id}
              id={id}
              textValue={text}
              onAction={onAction}
              className={danger ? 'option danger' : 'option'}
            >
              {text}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

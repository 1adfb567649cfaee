import type { ReactNode, RefObject } from 'react'
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
        <Actions actions={actions} />
      </Popover>
    </MenuTrigger>
  )
}

/** MenuAt is the open menu of a button that is not a menu's own: where there are many, one menu serves all. */
export function MenuAt({
  label,
  button,
  actions,
  onClose,
}: {
  label: string
  button: RefObject<HTMLElement | null>
  actions: MenuAction[]
  onClose: () => void
}) {
  return (
    <Popover
      className="popover"
      placement="bottom end"
      triggerRef={button}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <Actions label={label} actions={actions} onClose={onClose} />
    </Popover>
  )
}

function Actions({ label, actions, onClose }: { label?: string; actions: MenuAction[]; onClose?: () => void }) {
  return (
    <AriaMenu
      className="options"
      {...(label ? { 'aria-label': label, autoFocus: 'first' as const } : {})}
      onClose={onClose}
    >
      {actions.map(({ id, text, danger, onAction }) => (
        <MenuItem key={id} id={id} textValue={text} onAction={onAction} className={danger ? 'option danger' : 'option'}>
          {text}
        </MenuItem>
      ))}
    </AriaMenu>
  )
}

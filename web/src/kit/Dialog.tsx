import type { ReactNode } from 'react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { t } from '~/texts'
import { Button } from './Button'

/** Dialog holds the focus until it is closed. `onClose` undefined: it cannot be put aside. */
export function Dialog({
  title,
  isOpen,
  onClose,
  wide,
  children,
}: {
  title: string
  isOpen: boolean
  onClose?: (() => void) | undefined
  wide?: boolean
  children: ReactNode
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!!onClose}
      isKeyboardDismissDisabled={!onClose}
      onOpenChange={(open) => !open && onClose?.()}
    >
      <Modal className={wide ? 'modal wide' : 'modal'}>
        <AriaDialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Confirm asks before what cannot be undone. `children` name what is destroyed, `action` is the verb on the button. */
export function Confirm({
  title,
  action,
  keep = t.common.cancel,
  isOpen,
  isPending,
  danger = true,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  action: string
  /** The words for not doing it, where "Cancel" could be taken for the act. */
  keep?: string
  isOpen: boolean
  isPending?: boolean
  danger?: boolean
  error?: string | null | undefined
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <div className="stack tight">{children}</div>
      {error && (
        <p className="banner bad" role="alert">
          {error}
        </p>
      )}
      <div className="actions">
        <Button onPress={onClose}>{keep}</Button>
        <Button look="primary" danger={danger} isPending={!!isPending} onPress={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  )
}

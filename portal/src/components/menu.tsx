import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  label: string;
  icon?: IconName;
  danger?: boolean;
  /** Ticked, in a menu of choices. */
  checked?: boolean;
  onSelect: () => void;
}

/**
 * A button that opens a list of deeds. Not modal: a modal one locks scrolling with a style tag, which the policy refuses. The
 * list stays within its landmark, where screen readers know what it belongs to.
 */
export function Menu({
  label,
  trigger,
  variant = 'quiet',
  items,
}: {
  label: string;
  trigger?: ReactNode;
  variant?: 'quiet' | 'plain';
  items: readonly MenuItem[];
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={`button ${variant} ${trigger ? '' : 'icon-only'}`} aria-label={label}>
        {trigger ?? <Icon name="more" />}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
        {items.map((item) => (
          <DropdownMenu.Item
            key={item.label}
            className={`menu-item ${item.danger ? 'danger' : ''}`}
            onSelect={item.onSelect}
          >
            {item.icon && <Icon name={item.icon} />}
            <span>{item.label}</span>
            {item.checked && <Icon name="check" />}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

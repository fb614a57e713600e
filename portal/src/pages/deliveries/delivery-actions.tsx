import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useToasts } from '../../components/toast.tsx';
import { type Delivery, deliveryQuery } from './delivery-queries.ts';

/** What can be done with a delivery: pending ones are hurried or cancelled, ended ones sent again. */
export function DeliveryActions({ delivery }: { delivery: Delivery }) {
  const client = useQueryClient();
  const toasts = useToasts();
  const [isCancelling, setCancelling] = useState(false);
  const params = { path: { id: delivery.id } };
  const show = (changed: Delivery) => client.setQueryData(deliveryQuery(delivery.id).queryKey, changed);
  const onError = (error: unknown) => {
    toasts.failed(wordsOf(error));
    void client.invalidateQueries({ queryKey: deliveryQuery(delivery.id).queryKey });
  };
  const retrying = useMutation({
    mutationFn: () => ask(api.POST('/v1/deliveries/{id}/retry-now', { params })),
    onSuccess: (changed) => {
      show(changed);
      toasts.done('The next attempt is made now.');
    },
    onError,
  });
  const resending = useMutation({
    mutationFn: () => ask(api.POST('/v1/deliveries/{id}/resend', { params })),
    onSuccess: (changed) => {
      show(changed);
      toasts.done('It is sent again. Its ids stay, so that your receiver can tell a repeat.');
    },
    onError,
  });
  const cancel = async () => {
    show(await ask(api.POST('/v1/deliveries/{id}/cancel', { params })));
    toasts.done('The delivery is cancelled.');
  };
  if (delivery.status !== 'pending') {
    return (
      <Button
        variant={delivery.status === 'delivered' ? 'plain' : 'primary'}
        icon="send"
        busy={resending.isPending}
        onClick={() => resending.mutate()}
      >
        Resend
      </Button>
    );
  }
  return (
    <>
      <Button variant="primary" icon="retry" busy={retrying.isPending} onClick={() => retrying.mutate()}>
        Retry now
      </Button>
      <Button icon="ban" onClick={() => setCancelling(true)}>
        Cancel
      </Button>
      <ConfirmDialog
        open={isCancelling}
        onClose={() => setCancelling(false)}
        title="Cancel this delivery?"
        description="No further attempt is made. One that is under way is not called back; if it succeeds, that counts."
        action="Cancel the delivery"
        danger
        onConfirm={cancel}
      />
    </>
  );
}

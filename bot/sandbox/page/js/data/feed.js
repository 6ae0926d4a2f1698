// The change feed: Server-Sent Events, resumed where it broke.

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

/**
 * Follow what one person sees. The browser resumes a broken stream by itself (Last-Event-ID); when it gives up
 * (the server was away or refused), a new stream asks for what came `since` the last item.
 * @returns {() => void} stop following
 */
export function follow({ workspace, person, since, onItem, onOpen, onLost }) {
  let last = since;
  let source = null;
  let failures = 0;
  let timer = 0;

  function open() {
    const query = new URLSearchParams({ workspace, person });
    if (last !== undefined) query.set("since", last);
    source = new EventSource(`/sandbox/feed?${query}`);
    source.onopen = () => {
      failures = 0;
      onOpen();
    };
    source.onmessage = (event) => {
      const item = JSON.parse(event.data);
      // A reconnect may repeat what is already here.
      if (last !== undefined && item.seq <= last) return;
      last = item.seq;
      onItem(item);
    };
    source.onerror = () => {
      onLost();
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

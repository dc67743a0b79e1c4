// The control API of the server.
async function ask(method, path, body) {
  const form = body instanceof FormData;
  const answer = await fetch(`/sim/${path}`, {
    method,
    headers: body && !form ? { "content-type": "application/json" } : {},
    body: form ? body : body && JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.description ?? answer.statusText);
  return result;
}

export const state = () => ask("GET", "state");
export const send = (chat, fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) form.append(name, value);
  return ask("POST", `chats/${chat}/messages`, form);
};
export const edit = (chat, message, user, text) =>
  ask("PATCH", `chats/${chat}/messages/${message}`, { user_id: user, text });
export const tap = (chat, message, user, data) =>
  ask("POST", `chats/${chat}/messages/${message}/tap`, { user_id: user, data, timeout: 15 });
export const commands = (chat, user) => ask("GET", `chats/${chat}/commands?user_id=${user}`);
export const changeUser = (user, fields) => ask("PATCH", `users/${user}`, fields);
export const fileUrl = (id) => `/sim/files/${encodeURIComponent(id)}`;

// Server-sent events; the browser reconnects by itself and says where it was; a server that was
// started anew then answers with a reset.
export function listen(since, onEvent, onState) {
  const source = new EventSource(`/sim/events?since=${since}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  return source;
}

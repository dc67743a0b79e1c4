// The control API of the server.
export class Offline extends Error {}
export class Refused extends Error {}

async function ask(method, path, body) {
  const form = body instanceof FormData;
  let answer;
  let result;
  try {
    answer = await fetch(`/sim/${path}`, {
      method,
      headers: body && !form ? { "content-type": "application/json" } : {},
      body: form ? body : body && JSON.stringify(body),
    });
    result = await answer.json();
  } catch (error) {
    throw new Offline(String(error));
  }
  if (!answer.ok) throw new Refused(result.description ?? answer.statusText);
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
export const inline = (chat, user, query) => ask("POST", `chats/${chat}/inline`, { user_id: user, query, timeout: 15 });
export const choose = (chat, user, query, result) =>
  ask("POST", `chats/${chat}/inline/${query}`, { user_id: user, result_id: result });
export const openLink = (user, url) => ask("POST", "links", { user_id: user, url });
export const changeUser = (user, fields) => ask("PATCH", `users/${user}`, fields);
export const fileUrl = (id) => `/sim/files/${encodeURIComponent(id)}`;

// Server-sent events since a cursor; calls `onLost` once when the server is gone.
export function listen(since, onEvent, onLost) {
  const source = new EventSource(`/sim/events?since=${since}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    onLost();
  };
  return source;
}

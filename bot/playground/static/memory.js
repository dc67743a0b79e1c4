// What this browser remembers between visits, or this window ("sessionStorage") over a reload; a browser that keeps
// nothing still shows the page.
export function recall(name, place = "localStorage") {
  try {
    return window[place].getItem(name);
  } catch {
    return null;
  }
}

export function remember(name, value, place = "localStorage") {
  try {
    window[place].setItem(name, value);
  } catch {
    // It holds until the page is closed.
  }
}

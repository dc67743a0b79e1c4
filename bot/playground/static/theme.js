// Not a module, so that it runs before the first paint: the theme somebody chose; without one the system's.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}

/* まどぐち: the one script of the chat widget.
   <script src="https://…/widget.js" data-municipality="…" data-color="#115a36" data-position="right" defer></script>
   data-mode="page" fills the page; data-exit-url is where "close at once" leads; data-launcher="none" hides the round button
   (then any element with the attribute data-madoguchi-open opens the chat). */
(() => {
  const script = document.currentScript || document.querySelector('script[src$="/widget.js"]');
  const base = new URL(".", script.src);
  const assets = new URL("static/web/", base);
  for (const name of ["element", "conversation", "live", "api", "store", "render", "panel", "menu", "dom", "colour"]) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = new URL(`${name}.js`, assets).href;
    document.head.append(link);
  }
  const options = { ...script.dataset, base: base.href, assets: assets.href };
  import(new URL("element.js", assets).href).then(({ mount }) => mount(options));
})();

// A table that is wider than the page scrolls in its frame. The frame can be focused, so that the arrow keys scroll it, and
// is named by the heading above.
(() => {
  const frames = [...document.querySelectorAll('.table-wrapper')];
  const heading = (frame) => {
    const above = [...document.querySelectorAll('main h1, main h2, main h3')].filter(
      (it) => it.compareDocumentPosition(frame) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    return above.at(-1)?.textContent.trim() ?? document.title;
  };
  const update = () => {
    for (const frame of frames) {
      if (frame.scrollWidth > frame.clientWidth) {
        frame.tabIndex = 0;
        frame.setAttribute('role', 'group');
        frame.setAttribute('aria-label', `Table: ${heading(frame)}`);
      } else {
        for (const name of ['tabindex', 'role', 'aria-label']) frame.removeAttribute(name);
      }
    }
  };
  update();
  addEventListener('resize', update);
})();

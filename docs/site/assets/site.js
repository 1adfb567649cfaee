// Shows what the search page would find while somebody types. Without this script the form leads to that page.
(() => {
  const form = document.querySelector('form.search');
  const box = form.querySelector('input');
  const found = document.getElementById('found');
  let waiting, asking;

  function close() {
    found.hidden = true;
    found.replaceChildren();
  }

  async function look() {
    const words = box.value.trim();
    asking?.abort();
    if (words.length < 2) {
      close();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(form.action + '?q=' + encodeURIComponent(words), { signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const results = page.getElementById('results');
      results.removeAttribute('id');
      found.replaceChildren(results);
      found.hidden = false;
    } catch (error) {
      if (error.name !== 'AbortError') close();
    }
  }

  box.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.key === '/' && !/^(input|textarea)$/i.test(document.activeElement.tagName)) {
      event.preventDefault();
      box.focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!form.contains(event.target)) close();
  });
})();

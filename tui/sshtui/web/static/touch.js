// A finger that moves over the terminal scrolls, as a wheel does; a tap is a click, which xterm.js makes of it.

const ROWS = 2; // that a finger moves for one turn of the wheel: what the app scrolls by it

export function scrollByTouch(root, rowHeight) {
  let from = null;
  root.addEventListener("touchstart", ({ touches }) => (from = touches.length === 1 ? touches[0].clientY : null), { passive: true });
  root.addEventListener("touchmove", ({ touches, target }) => {
    if (from === null || touches.length !== 1) return;
    const { clientX, clientY } = touches[0];
    const step = ROWS * rowHeight();
    const turns = Math.trunc((from - clientY) / step);
    from -= turns * step;
    // In lines: of a few pixels xterm.js would count a third, as of a trackpad's.
    const lines = { deltaMode: WheelEvent.DOM_DELTA_LINE, deltaY: Math.sign(turns) };
    const turn = { ...lines, clientX, clientY, bubbles: true, cancelable: true };
    for (let left = Math.abs(turns); left; left -= 1) target.dispatchEvent(new WheelEvent("wheel", turn));
  }, { passive: true });
}

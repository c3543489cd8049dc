// live.js - plays a training run: sets the paths of the picture for one frame after the other.
"use strict";
{
  const MILLISECONDS = 100; // a frame, at speed 1
  const { frames } = JSON.parse(document.getElementById("data").textContent);
  const slider = document.getElementById("frame");
  const button = document.getElementById("play");
  const speed = document.getElementById("speed");
  const status = document.querySelector(".mg-text");
  const note = document.querySelector(".mg-note");
  // The paths that frames change, by their class attribute, which is the name in a frame.
  const paths = new Map();
  for (const path of document.querySelectorAll(".mg-picture path"))
    paths.set(path.getAttribute("class"), path);
  const changing = new Set(frames.flatMap((frame) => Object.keys(frame.paths)));
  let timer = null;

  function show(i) {
    for (const name of changing)
      paths.get(name).setAttribute("d", frames[i].paths[name] ?? "");
    status.textContent = frames[i].text;
    note.textContent = frames[i].note;
    slider.value = i;
    slider.setAttribute("aria-valuetext", frames[i].text);
  }

  function pause() {
    clearTimeout(timer);
    timer = null;
    button.textContent = "Play";
  }

  function next() {
    const i = Number(slider.value) + 1;
    if (i >= frames.length) return pause();
    show(i);
    timer = setTimeout(next, MILLISECONDS / Number(speed.value));
  }

  function play() {
    if (Number(slider.value) === frames.length - 1) show(0);
    button.textContent = "Pause";
    timer = setTimeout(next, MILLISECONDS / Number(speed.value));
  }

  slider.max = frames.length - 1;
  slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
  button.addEventListener("click", () => (timer === null ? play() : pause()));
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target === document.body) {
      event.preventDefault();
      button.click();
    }
  });
  show(frames.length - 1);
}

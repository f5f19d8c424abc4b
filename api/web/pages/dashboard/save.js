// Saves an answer of the service as a file.

/** @param {Blob} content @param {string} name */
export const saveAs = (content, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};
